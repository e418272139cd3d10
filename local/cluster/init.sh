# shellcheck shell=bash
# Sourced by the machines' inits.

# Keeps a program running: again a second after it ends, as a service manager would.
supervise() {
  local name=$1
  shift
  {
    while :; do
      "$@" >>"/var/log/$name.log" 2>&1
      echo "$name ended with exit code $?; starting it again" >>"/var/log/$name.log"
      sleep 1
    done
  } &
}

# Waits until a TCP port answers.
await_port() {
  until (: <"/dev/tcp/$1/$2") 2>/dev/null; do sleep 0.1; done
}

# Waits until an API server does what it is asked, and not just listens: who asks before that is refused, and asks again
# after a pause that grows.
await_api() {
  until printf 'GET /readyz HTTP/1.0\r\n\r\n' |
    timeout 10 openssl s_client -quiet -verify_return_error -CAfile /etc/kubernetes/ca.crt -connect "$1:6443" 2>/dev/null |
    grep -qx ok; do sleep 0.2; done
}

# Waits for the cluster's network; the machine is wired after it was started.
await_network() {
  until ip -4 -o address show "$1" 2>/dev/null | grep -q inet; do sleep 0.05; done
}

# What pid 1 owes its machine: to live on, and to collect the processes that lost their parent.
reap() {
  while :; do
    sleep 3600 &
    wait $!
  done
}
