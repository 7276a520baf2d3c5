#!/bin/sh
# Installs this agent on this server, or upgrades the one that is there. As root, from the unpacked archive:
#
#   ./install.sh --control HOST:PORT [--name NAME] [--data-dir DIR] [--no-start]
#
# The join token is read from standard input; it is not needed where the server has joined before.
# Everything it makes: /opt/openstation/agent, /etc/openstation/agent.yaml, the data directory (identity, models,
# engines; default /var/lib/openstation/agent), and the systemd unit or a watchdog. /opt/openstation/agent/uninstall.sh takes all of it away.
set -eu
umask 022
base=/opt/openstation/agent
config=/etc/openstation/agent.yaml
unit=/etc/systemd/system/openstation-agent.service
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P)

say() { echo "openstation-agent: $*"; }
fail() { echo "openstation-agent: $1" >&2; exit "${2:-1}"; }
usage() { sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; }

control= name= data_dir= start=yes
while [ $# -gt 0 ]; do
  case $1 in
    --control | --name | --data-dir) [ $# -ge 2 ] || fail "$1 needs a value" 64 ;;
  esac
  case $1 in
    --control) control=$2; shift ;;
    --name) name=$2; shift ;;
    --data-dir) data_dir=$2; shift ;;
    --no-start) start=no ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "unknown option $1" 64 ;;
  esac
  shift
done

[ "$(id -u)" = 0 ] || fail 'must be run as root (sudo)' 77
version=$(sed -n 's/^version //p' "$here/release.txt")
arch=$(sed -n 's/^arch //p' "$here/release.txt")
case $(uname -m) in x86_64 | amd64) machine=x64 ;; aarch64 | arm64) machine=arm64 ;; *) machine=$(uname -m) ;; esac
[ "$arch" = "$machine" ] || fail "this archive is for $arch, this server is $machine" 65
case $version in '' | *[!0-9A-Za-z.-]*) fail 'the archive is not complete: release.txt has no version' 65 ;; esac
"$here/bin/node" -e 0 || fail 'the runtime of the archive does not run here: is the archive complete, and the directory not mounted noexec?' 126

# whole FOLDER: every file there is the one on the signed list.
whole() { "$here/bin/node" "$here/check-release.cjs" "$1"; }
whole "$here" || exit 65

# What an earlier installation was told holds, unless it is told anew.
known() { sed -n "s/^$1: *\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" "$config" 2>/dev/null | head -n 1; }
known_control() { sed -n 's/^  address: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$config" 2>/dev/null | head -n 1; }
[ -n "$control" ] || control=$(known_control)
[ -n "$name" ] || name=$(known name)
[ -n "$data_dir" ] || data_dir=$(known dataDir)
[ -n "$data_dir" ] || data_dir=/var/lib/openstation/agent
[ -n "$control" ] || fail '--control HOST:PORT is missing' 64
case $control in *:*[0-9]) ;; *) fail "--control must be HOST:PORT, for example 10.0.0.5:30201" 64 ;; esac
case $control$name$data_dir in *[\"\\]*) fail 'quotes and backslashes are not possible in --control, --name and --data-dir' 64 ;; esac
case $data_dir in /*) ;; *) fail '--data-dir must be an absolute path' 64 ;; esac

# --- files ----------------------------------------------------------------------------------------------------------
mkdir -p "$base" "$(dirname "$config")" "$data_dir"
chmod 711 "$data_dir"
if [ "$here" != "$base/$version" ] && ! { [ -d "$base/$version" ] && cmp -s "$here/release.sig" "$base/$version/release.sig" && whole "$base/$version" 2>/dev/null; }; then
  rm -rf "$base/$version.new" "$base/$version.old"
  cp -R "$here" "$base/$version.new"
  chown -R 0:0 "$base/$version.new"
  whole "$base/$version.new" || { rm -rf "$base/$version.new"; fail "the files could not be copied to $base: is the disk full?" 74; }
  if [ -d "$base/$version" ]; then mv "$base/$version" "$base/$version.old"; fi
  mv "$base/$version.new" "$base/$version"
  rm -rf "$base/$version.old"
fi
for script in start.sh watchdog.sh uninstall.sh; do
  cp "$base/$version/$script" "$base/$script.new"
  chmod 755 "$base/$script.new"
  mv "$base/$script.new" "$base/$script"
done
# An upgrade that was under way is overtaken by this one.
rm -rf "$base/upgrade"
mkdir -p -m 700 "$base/upgrade"
ln -sfn "$version" "$base/current"

token_file=$data_dir/join-token
if [ ! -f "$data_dir/member.json" ] && [ ! -t 0 ]; then
  token=$(head -c 4096 | tr -d '[:space:]')
  if [ -n "$token" ]; then
    (umask 077; printf '%s\n' "$token" >"$token_file.new")
    mv "$token_file.new" "$token_file"
  fi
  token=
fi
(
  umask 077
  {
    echo 'dataDir: "'"$data_dir"'"'
    if [ -n "$name" ]; then echo 'name: "'"$name"'"'; fi
    echo 'control:'
    echo '  address: "'"$control"'"'
    echo 'joinTokenFile: "'"$token_file"'"'
    # What somebody added by hand stays.
    if [ -f "$config" ]; then awk '/^[^ #]/ { keep = !/^(dataDir|name|control|joinTokenFile):/ } keep' "$config"; fi
  } >"$config.new"
)
mv "$config.new" "$config"

# --- service --------------------------------------------------------------------------------------------------------
has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; }

boot_hook() {
  line="$base/watchdog.sh </dev/null >/dev/null 2>&1 & # openstation-agent"
  if [ -f /etc/rc.local ]; then
    grep -q '# openstation-agent$' /etc/rc.local && return
    awk -v line="$line" '/^exit 0/ && !done { print line; done = 1 } { print } END { if (!done) print line }' /etc/rc.local >/etc/rc.local.openstation-new
    cat /etc/rc.local.openstation-new >/etc/rc.local
    rm -f /etc/rc.local.openstation-new
    say 'starts at boot by /etc/rc.local'
  elif command -v crontab >/dev/null 2>&1; then
    { crontab -l 2>/dev/null | grep -v '# openstation-agent$' || true; echo "@reboot $line"; } | crontab -
    say 'starts at boot by cron'
  elif [ -f /etc/inittab ]; then
    grep -q '# openstation-agent$' /etc/inittab && return
    if grep -q '^::' /etc/inittab; then echo "::respawn:$base/watchdog.sh # openstation-agent" >>/etc/inittab; else echo "osta:2345:respawn:$base/watchdog.sh # openstation-agent" >>/etc/inittab; fi
    say 'starts at boot by /etc/inittab'
  else
    say "warning: nothing here starts programs at boot (no systemd, rc.local, cron or inittab): start $base/watchdog.sh yourself"
  fi
}

if has_systemd; then
  cp "$base/$version/openstation-agent.service" "$unit"
  systemctl daemon-reload
  systemctl enable --quiet openstation-agent.service
  if [ "$start" = yes ]; then systemctl restart openstation-agent.service; fi
else
  boot_hook
  if [ "$start" = yes ]; then
    pid_file=/run/openstation-agent.pid
    [ -d /run ] || pid_file=/var/run/openstation-agent.pid
    if [ -f "$pid_file.agent" ] && kill -TERM "$(cat "$pid_file.agent")" 2>/dev/null; then
      : # the watchdog starts it again, in its new version
    elif command -v setsid >/dev/null 2>&1; then
      setsid "$base/watchdog.sh" </dev/null >/dev/null 2>&1 &
    else
      nohup "$base/watchdog.sh" </dev/null >/dev/null 2>&1 &
    fi
  fi
fi

# Versions that neither runs nor could be returned to.
for old in "$base"/*/; do
  old=$(basename "$old")
  case $old in "$version" | upgrade) ;; *[0-9].[0-9]*) rm -rf "${base:?}/$old" ;; esac
done

# --- the first session ----------------------------------------------------------------------------------------------
if [ "$start" = no ]; then say "version $version is installed; it was not started"; exit 0; fi
waited=0
while [ ! -f "$data_dir/member.json" ]; do
  if [ "$waited" -ge 60 ]; then
    if has_systemd; then journalctl -u openstation-agent.service -n 8 -o cat --no-pager >&2; else tail -n 8 /var/log/openstation-agent.log >&2; fi
    fail "version $version is installed and goes on trying, but has not joined $control within 60 seconds: see the lines above" 75
  fi
  sleep 1
  waited=$((waited + 1))
done
# Used up.
rm -f "$token_file"
say "version $version runs, joined at $control"
