// Every type of the random plugin; STEP says what differs from the first run.
import * as random from "@pulumi/random";

const step = process.env.STEP ?? "first";
const keepers = { generation: step === "replaced" ? "2" : "1" };

if (step === "imported") {
  new random.RandomBytes("bytes", { length: 5 }, { import: "aGVsbG8=" });
  new random.RandomId("id", { byteLength: 3, prefix: "p-" }, { import: "p-,aGVs" });
  new random.RandomInteger("integer", { min: 1, max: 10, seed: "s" }, { import: "5,1,10,s" });
  new random.RandomPassword("password", { length: 6 }, { import: "s3cr3t" });
  new random.RandomString("string", { length: 6 }, { import: "public" });
  new random.RandomUuid("uuid", {}, { import: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" });
  new random.RandomUuid4("uuid4", {}, { import: "2ca9fbb2-1a5c-4a0e-8f9d-3a2b0b6e1c4d" });
  new random.RandomUuid7("uuid7", {}, { import: "0190163d-8694-739b-aea5-966c26f8ad91" });
} else if (step === "unimportable") {
  new random.RandomPet("pet", {}, { import: "wise-owl" });
  new random.RandomShuffle("shuffle", { inputs: ["a"] }, { import: "a" });
} else if (step === "refused") {
  new random.RandomString("string", { length: 3, minUpper: 2, minLower: 2 });
} else {
  new random.RandomBytes("bytes", { length: 8, keepers });
  new random.RandomId("id", { byteLength: 8, keepers, prefix: "id-" });
  new random.RandomInteger("integer", { min: 1, max: 100_000, keepers, seed: "edge" });
  new random.RandomPet("pet", { keepers });
  new random.RandomShuffle("shuffle", { inputs: ["a", "b", "c", "d"], keepers, seed: "edge" });
  new random.RandomUuid("uuid", { keepers });
  new random.RandomUuid4("uuid4", { keepers });
  new random.RandomUuid7("uuid7", { keepers });
  // A replaced integer is unknown in a preview, and so is what is derived from it.
  const length = new random.RandomInteger("length", { min: 12, max: 12, keepers }).result;
  new random.RandomPassword("password", { length, keepers, minSpecial: 2, overrideSpecial: "_-" });
  new random.RandomPassword("ignored", { length: step === "ignored" ? 9 : 8 }, { ignoreChanges: ["length"] });
  new random.RandomPassword("triggered", { length: 8 }, { replacementTrigger: keepers.generation });
  new random.RandomString("string", {
    length: 8,
    keepers,
    ...(step === "updated" ? {} : { overrideSpecial: "" }),
  });
}
