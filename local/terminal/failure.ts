/** A failure that a person can mend: its message is one sentence saying what is wrong and what to do. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** Ends the command by the person's own wish (Ctrl-C, SIGTERM); what was begun has been taken back. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
