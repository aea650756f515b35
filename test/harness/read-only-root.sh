#!/bin/sh
# Runs a command without capabilities where nothing can be written but one folder, which it sees as /mnt/data, and an empty /tmp: as the
# container of docker-compose.yml does. Exits 77 where this machine does not allow that.
#   read-only-root.sh FOLDER COMMAND...
set -eu
if [ "${1:-}" != inside ]; then
  [ "$(id -u)" = 0 ] && namespaces="--mount" || namespaces="--user --map-root-user --mount"
  unshare $namespaces true 2>/dev/null || exit 77
  exec unshare $namespaces "$0" inside "$@"
fi
shift
folder=$1
shift
{
  mount --make-rprivate /
  mount -t tmpfs tmpfs /mnt
  mkdir /mnt/data
  mount --bind "$folder" /mnt/data
  # A repository in /tmp stays where it is.
  mkdir /mnt/repository
  mount --bind "$PWD" /mnt/repository
  mount -t tmpfs tmpfs /tmp
  case $PWD/ in /tmp/*) mkdir -p "$PWD" && mount --bind /mnt/repository "$PWD" && cd "$PWD" ;; esac
  while read -r _ point _; do
    case $point in /mnt/data | /tmp | /proc* | /sys* | /dev*) ;; *) mount -o remount,bind,ro "$point" || true ;; esac
  done < /proc/mounts
} > /dev/null 2>&1 || exit 77
for place in / /mnt /var/tmp "$PWD" "$PWD/node_modules" "$PWD/dist"; do
  if touch "$place/.kindred-probe" 2>/dev/null; then
    rm -f "$place/.kindred-probe"
    exit 77
  fi
done
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
