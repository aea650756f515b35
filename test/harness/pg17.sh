#!/usr/bin/env bash
# A private PostgreSQL 17 with pgvector for tests, made of Debian's packages beside any Debian 12 or 13 host. Nothing is
# installed system-wide; works as root (the server then runs as nobody) and as an ordinary user.
#
# usage: pg17.sh install ROOT            unpacks the programs into ROOT (kept between runs)
#        pg17.sh start   ROOT DATA       starts a server on the data folder DATA; the last line printed is its address
#        pg17.sh stop    ROOT DATA
set -euo pipefail

usage() { echo "usage: $0 install ROOT | start ROOT DATA | stop ROOT DATA" >&2; exit 2; }

[ $# -ge 2 ] || usage
command=$1
root=$(realpath -m "$2")
data=$(realpath -m "${3:-$root/data}")
programs=$root/usr/lib/postgresql/17/bin

# Packages of the dependency closure that a bare server never loads.
readonly UNUSED='^(perl|libperl|lib.*-perl$|libllvm|libz3|locales|libc-l10n|libc-bin|debconf|ucf|adduser|passwd|procps|openssl$|ssl-cert|postgresql-common|postgresql-client-common|base-passwd|init-system|sysvinit|libpam-m|login|gcc-|netbase|sensible|tzdata|libdebconf|libsem|libsepol|libproc2|libtext|libgdbm|libdb5)'

# PostgreSQL refuses to run as root.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"
  else
    "$@"
  fi
}

# The mirror that this machine's own apt uses; only the suite differs.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' |
    grep -Ev 'security|backports' | grep -E '/debian/?$' | head -n1 || true
}

# A configuration of apt that lives in one folder, with an empty record of installed packages: the closure then includes
# the suite's own C library.
configure_apt() {
  local apt=$1 mirror=$2
  mkdir -p "$apt"/{etc,none,lists/partial,cache/archives/partial}
  : >"$apt/status"
  printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: %s\n' \
    "$mirror" /usr/share/keyrings/debian-archive-keyring.gpg >"$apt/etc/trixie.sources"
  cat >"$apt/apt.conf" <<-EOF
	Dir::State "$apt"; Dir::State::lists "$apt/lists"; Dir::State::status "$apt/status"; Dir::Cache "$apt/cache";
	Dir::Etc::sourcelist "$apt/none/x"; Dir::Etc::sourceparts "$apt/etc"; Dir::Etc::preferencesparts "$apt/none";
	APT::Sandbox::User "root"; Acquire::Retries "3"; Acquire::Languages "none";
	EOF
}

# Each program runs with the unpacked C library, whatever the host has.
wrap_programs() {
  local loader libraries program
  loader=$(find "$root" -name 'ld-linux-*.so.*' \( -type f -o -type l \) | head -n1)
  libraries=$(dirname "$(find "$root/usr/lib" -name libpq.so.5 | head -n1)")
  for program in postgres initdb pg_ctl psql; do
    mv "$programs/$program" "$programs/$program.real"
    printf '#!/bin/sh\nexec "%s" --library-path "%s" --argv0 "%s" "%s" "$@"\n' \
      "$loader" "$libraries" "$programs/$program" "$programs/$program.real" >"$programs/$program"
    chmod 755 "$programs/$program"
  done
}

install() {
  # Two test runs may start at once.
  exec 9>"$root.lock"
  flock 9
  [ -e "$root/.complete" ] || unpack
  exec 9>&-
}

unpack() {
  local mirror apt packages package
  mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then
    echo "no Debian archive in this machine's apt sources; set KINDRED_TEST_DATABASE_URL to a PostgreSQL with pgvector" >&2
    return 1
  fi
  rm -rf "$root"
  mkdir -p "$root"
  apt=$root/.apt
  configure_apt "$apt" "$mirror"
  export APT_CONFIG=$apt/apt.conf
  apt-get -qq update
  packages=$(apt-get -qq -s install --no-install-recommends postgresql-17 postgresql-17-pgvector |
    awk '/^Inst/{print $2}' | grep -Ev "$UNUSED")
  (
    cd "$apt/cache/archives"
    # Words are wanted: one per package.
    # shellcheck disable=SC2086
    apt-get -qq download $packages
    for package in ./*.deb; do dpkg-deb -x "$package" "$root"; done
  )
  unset APT_CONFIG
  wrap_programs
  rm -rf "$apt"
  touch "$root/.complete"
}

make_data() {
  [ -s "$data/PG_VERSION" ] && return 0
  mkdir -p "$data"
  [ "$(id -u)" != 0 ] || chown nobody:nogroup "$data"
  chmod 700 "$data"
  unprivileged "$programs/initdb" -D "$data" -U postgres --auth=trust --no-sync -E UTF8 \
    --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C >&2
}

# Chosen by the system at this moment; another program could take it before the server does.
free_port() {
  node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

start() {
  install
  make_data
  local port
  port=$(free_port)
  # The tests' data is thrown away: nothing waits for the disk.
  cd "$data/.."
  unprivileged "$programs/pg_ctl" -D "$data" -w -t 60 -l "$data/server.log" -o "-p $port -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories='' -c max_connections=200 -c jit=off -c fsync=off -c timezone=GMT -c log_timezone=GMT" \
    start >&2
  echo "postgresql://postgres@127.0.0.1:$port/postgres"
}

stop() {
  cd "$data/.."
  unprivileged "$programs/pg_ctl" -D "$data" -m fast -w stop >&2
}

case $command in
  install) install ;;
  start) start ;;
  stop) stop ;;
  *) usage ;;
esac
