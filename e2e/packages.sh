#!/bin/sh
# The one list of Debian packages that the end-to-end suites need, by suite.
#
#   e2e/packages.sh              install everything that is missing (root only)
#   e2e/packages.sh browser lab  … of these suites only
#   e2e/packages.sh --list       print "suite: packages" and change nothing
#
# Nothing is started by the installation: a policy-rc.d that denies service starts is put in place when the
# machine has none, and taken away again afterwards.
set -eu

packages_of() {
  case $1 in
    browser) echo chromium fonts-liberation fonts-noto-cjk ;;
    mariadb) echo mariadb-server ;;
    docker) echo docker.io docker-registry iptables iproute2 jq busybox-static nftables python3 ;;
    lab) echo docker.io docker-registry iptables iproute2 jq mmdebstrap nftables openssh-client ;;
    quickstart) echo util-linux ;; # setpriv: the run as an ordinary user
    *)
      echo "packages.sh: unknown suite '$1': one of $suites" >&2
      exit 64
      ;;
  esac
}
suites="browser mariadb docker lab quickstart"

if [ "${1:-}" = --list ]; then
  for suite in $suites; do echo "$suite: $(packages_of "$suite")"; done
  exit 0
fi

wanted=
for suite in ${*:-$suites}; do wanted="$wanted $(packages_of "$suite")"; done
missing=
for package in $wanted; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
done
if [ -z "$missing" ]; then
  echo "packages.sh: everything is installed"
  exit 0
fi
if [ "$(id -u)" != 0 ]; then
  echo "packages.sh: missing:$missing (install them as root, or run this script as root)" >&2
  exit 77
fi

guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$guard"
  chmod 755 "$guard"
  trap 'rm -f "$guard"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq -o DPkg::Lock::Timeout=600 --no-install-recommends $missing
