# What the benchmarks share: a scratch directory, a clock, numbers out of many, servers to measure.
# shellcheck shell=bash

# Makes $directory, which goes when the benchmark ends, however that is, and what it has started
# with it: scratch NAME [PLACE]
scratch() {
  directory=$(mktemp -d "${2-${TMPDIR:-/tmp}}/$1-XXXXXX")
  trap 'clean_up; stop_server; rm -rf "$directory"' EXIT
}

# What else is to be done at the end; a benchmark that has something puts its own in the place of this.
clean_up() { :; }

# Seconds since a moment that $EPOCHREALTIME had: since START
since() { awk -v start="$1" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.4f\n", end - start }'; }

# The median, or the least, of a column of numbers: median FILE [COLUMN]
median() {
  sort -g -k "${2-1},${2-1}" "$1" |
    awk -v column="${2-1}" '{ values[NR] = $column } END { print values[int((NR + 1) / 2)] }'
}
least() { sort -g "$1" | head -n 1; }

# The server that is being measured; none when this is empty.
server=""

# Starts a server on a port that nobody listens on, as plan9port's cannot be given port 0, and waits
# until it listens: start_server COMMAND... with PORT for the number, which is then $port
start_server() {
  port=$((20000 + RANDOM % 10000))
  while is_listening; do port=$((port + 1)); done
  "${@//PORT/$port}" >"$directory/server.log" 2>&1 &
  server=$!
  local try
  for ((try = 0; try < 200; try++)); do
    if is_listening; then return; fi
    sleep 0.05
  done
  cat "$directory/server.log" >&2
  exit 1
}

# Whether anybody listens on $port.
is_listening() { (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

# The processes of the server: plan9port's is two.
server_processes() {
  echo "$server"
  cat "/proc/$server/task/$server/children" 2>/dev/null || true
}

stop_server() {
  if [ -n "$server" ]; then
    # shellcheck disable=SC2046 # numbers
    kill $(server_processes) 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=""
  fi
}

# Makes a store that plan9port's server can serve as well as ours, wherever that runs:
# make_store VENTI DIRECTORY SIZE
make_store() {
  rm -rf "${2:?}"
  "$1" init "$2" --size "$3" >/dev/null
  sed -i "s,arenas arenas,arenas $2/arenas,; s,isect index,isect $2/index," "$2/venti.conf"
}
