#!/bin/sh
# What the controller runs as root on a server that becomes a node. One step per call; every step may be run again.
#
#   node.sh engine  JOB            a container engine that answers
#   node.sh gpu     JOB [driver] [toolkit] [restart-engine]
#                                  NVIDIA driver and container toolkit; the words name what may be installed and done
#   node.sh agent   JOB ARCHIVE SHA256 CONTROL NAME
#                                  unpacks and installs the agent; the join token is the first line of standard input
#   node.sh probe   JOB [gpu]      runs a container made of this server's own files, with its GPUs when asked
#   node.sh undo    JOB            takes back what this job installed, and nothing else
#   node.sh agent-log JOB          the newest lines of the agent's log
#   node.sh stay    STEP JOB ...   the same step in a process that survives the connection, followed until it ends;
#                                  called again while it goes on, it is followed again
#
# Lines for the controller start with "#openstation": progress RATIO, fail CODE MESSAGE. All others are log.
# What was installed stands in /var/lib/openstation/bootstrap.json, one item per line.
LC_ALL=C
DEBIAN_FRONTEND=noninteractive
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL DEBIAN_FRONTEND PATH
umask 077
state=/var/lib/openstation
record=$state/bootstrap.json
work=$state/bootstrap
packages=$state/packages
agent=/opt/openstation/agent

has() { command -v "$1" >/dev/null 2>&1; }
progress() { echo "#openstation progress $1"; }
fail() { echo "#openstation fail $1 $2"; exit 1; }
limited() { if has timeout; then timeout "$@" </dev/null; else shift; "$@" </dev/null; fi; }

# A run whose connection was cut may still go on. The next one has a directory of its own, "$own", and waits for all before it.
goes_on() { grep -q 'node\.' "/proc/$1/cmdline" 2>/dev/null; }
turn() { # STEP
  own=$work/$1.$$ earlier= waited=0
  for place in "$work/$1".*; do
    [ -d "$place" ] && [ "$place" != "$own" ] || continue
    if goes_on "${place##*.}"; then earlier="$earlier ${place##*.}"; else rm -rf "$place"; fi
  done
  mkdir -p "$own" || fail disk-full "$work cannot be written"
  trap 'rm -rf "$own"' EXIT
  for pid in $earlier; do
    while goes_on "$pid"; do
      [ $waited -gt 0 ] || echo 'waiting for the end of an earlier run of this step'
      [ $waited -lt 90 ] || fail step-busy 'an earlier run of this step has not ended: look at what it does on the server, or try again in a minute'
      sleep 1
      waited=$((waited + 1))
    done
  done
}

# ---- the record -----------------------------------------------------------------------------------------------

items() { [ -f "$record" ] && sed -n 's/^    {"job":"\([^"]*\)","kind":"\([^"]*\)","name":"\([^"]*\)"},\{0,1\}$/\1 \2 \3/p' "$record"; }
write_items() { # "job kind name" lines on standard input
  sort -u | awk 'NF == 3 { lines[++n] = sprintf("    {\"job\":\"%s\",\"kind\":\"%s\",\"name\":\"%s\"}", $1, $2, $3) }
    END { print "{\n  \"version\": 1,\n  \"items\": ["; for (i = 1; i <= n; i++) print lines[i] (i < n ? "," : ""); print "  ]\n}" }' >"$record.part" &&
    mv "$record.part" "$record"
}
remember() { { items; echo "$job $1 $2"; } | write_items; }
forget() { items | grep -vxF "$job $1 $2" | write_items; }
mine() { items | awk -v job="$job" -v kind="$1" '$1 == job && $2 == kind { print $3 }'; }

# ---- packages -------------------------------------------------------------------------------------------------

manager() { for tool in apt-get dnf yum zypper; do has $tool && echo $tool && return; done; }
installed() {
  case $(manager) in
    apt-get) dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | awk '$1 == "installed" { print $2 }' | sort -u ;;
    *) rpm -qa --qf '%{NAME}\n' 2>/dev/null | sort -u ;;
  esac
}
# The list of before stays until the difference is recorded: an interrupted installation is accounted for by the next.
before() { [ -f "$work/packages.before.$job" ] || installed >"$work/packages.before.$job"; }
after() {
  installed >"$work/packages.now"
  comm -13 "$work/packages.before.$job" "$work/packages.now" | while read -r name; do echo "$job package $name"; done >"$work/packages.new"
  { items; cat "$work/packages.new"; } | write_items
  rm -f "$work/packages.before.$job" "$work/packages.now" "$work/packages.new"
}
refresh() {
  case $(manager) in
    apt-get)
      # Mends what an interrupted run left half configured.
      dpkg --configure -a </dev/null 2>&1
      limited 300 apt-get -q -o DPkg::Lock::Timeout=120 update 2>&1 || echo 'the package lists could not be fetched: going on with those that are here' ;;
  esac
}
offered() {
  case $(manager) in
    apt-get) apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]' ;;
    dnf | yum) $(manager) -q list "$1" >/dev/null 2>&1 ;;
    zypper) zypper -q --non-interactive search -x "$1" >/dev/null 2>&1 ;;
    *) false ;;
  esac
}
install() { # packages of the distribution
  case $(manager) in
    apt-get) apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold install --no-install-recommends "$@" </dev/null 2>&1 ;;
    dnf | yum) $(manager) -y -q install "$@" </dev/null 2>&1 ;;
    zypper) zypper --non-interactive install --no-recommends "$@" </dev/null 2>&1 ;;
    *) echo 'this server has no package manager that is known here'; return 1 ;;
  esac
}
# Packages laid down on the server beforehand, for servers without repositories. Fails when there are none.
install_offline() { # names of which one must be among them
  found=no
  for name in "$@"; do for file in "$packages/$name"*.deb "$packages/$name"*.rpm; do [ -f "$file" ] && found=yes; done; done
  [ $found = yes ] || return 1
  echo "installing from $packages"
  case $(manager) in
    apt-get) apt-get -y -q -o DPkg::Lock::Timeout=300 install --no-install-recommends --no-download "$packages"/*.deb </dev/null 2>&1 || dpkg -i "$packages"/*.deb </dev/null 2>&1 ;;
    dnf | yum) $(manager) -y -q --disablerepo='*' install "$packages"/*.rpm </dev/null 2>&1 ;;
    *) rpm -Uvh --replacepkgs "$packages"/*.rpm </dev/null 2>&1 ;;
  esac
}
remove() {
  case $(manager) in
    apt-get) apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 remove "$@" </dev/null 2>&1 ;;
    dnf | yum) $(manager) -y -q remove "$@" </dev/null 2>&1 ;;
    zypper) zypper --non-interactive remove "$@" </dev/null 2>&1 ;;
  esac
}
service() { # start|stop|restart name
  if [ -d /run/systemd/system ]; then
    [ "$1" = start ] && systemctl enable "$2" 2>&1
    systemctl "$1" "$2" 2>&1
  elif [ -x "/etc/init.d/$2" ]; then "/etc/init.d/$2" "$1" </dev/null 2>&1
  else echo "$2 cannot be told to $1: no systemd and no /etc/init.d/$2"; return 1; fi
}

# ---- steps ----------------------------------------------------------------------------------------------------

engine_answers() { limited 15 docker version --format '{{.Server.Version}}' 2>/dev/null; }
wait_for_engine() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do engine_answers >/dev/null && return 0; sleep 1; done
  return 1
}
step_engine() {
  if version=$(engine_answers) && [ -n "$version" ]; then echo "Docker $version answers already"; return 0; fi
  if ! has dockerd; then
    progress 0.1
    before
    if ! install_offline docker moby; then
      refresh
      progress 0.3
      chosen=
      for name in docker-ce docker.io moby-engine docker; do offered $name && chosen=$name && break; done
      [ -n "$chosen" ] || fail engine-not-offered "no configured repository of this server offers docker-ce, docker.io, moby-engine or docker: add one, or put the packages into $packages, then try again"
      echo "installing $chosen"
      case $chosen in docker-ce) set -- docker-ce docker-ce-cli containerd.io ;; *) set -- "$chosen" ;; esac
      # Docker without iptables does not start; not every package of it says so.
      has iptables || set -- "$@" iptables
      install "$@" || { after; fail engine-install-failed "$chosen could not be installed: the log shows what the package manager said"; }
    fi
    after
  fi
  progress 0.8
  service start docker || echo 'the service did not start at once'
  wait_for_engine || { [ -d /run/systemd/system ] && journalctl -u docker -n 15 --no-pager 2>&1; fail engine-not-started 'Docker is installed but does not answer: the log shows its last words'; }
  echo "Docker $(engine_answers) answers"
}

driver_answers() { limited 30 nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1; }
toolkit_there() { has nvidia-container-runtime-hook || has nvidia-ctk || has nvidia-cdi-hook; }
step_gpu() {
  may=" $* "
  version=$(driver_answers)
  case "$may" in *' driver '*) update=yes ;; *) update=no ;; esac
  if [ -z "$version" ] || [ $update = yes ]; then
    [ $update = yes ] || fail gpu-driver-missing 'no NVIDIA driver answers: agree to its installation in the report, or install it yourself and try again'
    progress 0.1
    before
    if ! install_offline nvidia-driver; then
      refresh
      progress 0.2
      if has ubuntu-drivers; then ubuntu-drivers install --gpgpu </dev/null 2>&1
      else
        chosen=
        for name in nvidia-driver nvidia-driver-latest-dkms cuda-drivers nvidia-driver-580-server nvidia-driver-570-server nvidia-driver-550-server nvidia-driver-550; do offered $name && chosen=$name && break; done
        [ -n "$chosen" ] || { after; fail gpu-driver-not-offered "no configured repository of this server offers an NVIDIA driver: add NVIDIA's or the distribution's non-free repository, or put the packages into $packages, then try again"; }
        install "$chosen" || { after; fail gpu-driver-install-failed "$chosen could not be installed: the log shows what the package manager said"; }
      fi
    fi
    after
    version=$(driver_answers)
    [ -n "$version" ] || modprobe nvidia 2>&1
    version=$(driver_answers)
    [ -n "$version" ] || fail reboot-needed 'the NVIDIA driver is installed but not loaded: restart the server, then try again (with Secure Boot on, its key must be enrolled first)'
  fi
  echo "NVIDIA driver $version"
  progress 0.6
  if ! toolkit_there; then
    case "$may" in *' toolkit '*) ;; *) fail gpu-toolkit-missing 'nvidia-container-toolkit is missing: agree to its installation in the report, or install it yourself and try again' ;; esac
    before
    if ! install_offline nvidia-container-toolkit; then
      refresh
      offered nvidia-container-toolkit || { after; fail gpu-toolkit-not-offered "no configured repository of this server offers nvidia-container-toolkit: configure NVIDIA's repository for it, or put the packages into $packages, then try again"; }
      install nvidia-container-toolkit || { after; fail gpu-toolkit-install-failed 'nvidia-container-toolkit could not be installed: the log shows what the package manager said'; }
    fi
    after
    toolkit_there || fail gpu-toolkit-missing 'nvidia-container-toolkit was installed, but its programs are not on the PATH'
    # Docker looks for the toolkit's hook when it starts, and only then.
    running=$(limited 15 docker ps -q | wc -l)
    live=$(limited 15 docker info --format '{{.LiveRestoreEnabled}}' 2>/dev/null)
    case "$may" in *' restart-engine '*) live=true ;; esac
    if [ "$running" -gt 0 ] && [ "$live" != true ]; then
      fail engine-restart-needed "Docker must restart to see the toolkit, which would stop $running container(s): agree to it in the report, or restart Docker yourself and try again"
    fi
    service restart docker || fail engine-not-started 'Docker did not restart'
    wait_for_engine || fail engine-not-started 'Docker did not come back after its restart'
  fi
  echo 'NVIDIA container toolkit is there'
}

# An agent that is here already belongs to another controller, or to a node that was removed, unless it is this very node.
leave_other_cluster() {
  data=$(sed -n 's/^dataDir: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/openstation/agent.yaml 2>/dev/null | head -n 1)
  member=${data:-$state/agent}/member.json
  [ -f "$member" ] && ! grep -q "$job" "$member" || return 0
  echo 'an earlier agent is here: it leaves its cluster and joins this one; its cached models stay'
  if [ -d /run/systemd/system ]; then systemctl stop openstation-agent 2>&1; else kill "$(cat /run/openstation-agent.pid.agent 2>/dev/null)" 2>/dev/null; fi
  mv "$member" "$member.before"
}
step_agent() {
  archive=$1 wanted=$2 control=$3 name=$4
  IFS= read -r token || [ -n "$token" ] || fail no-token 'no join token came'
  [ -f "$archive" ] || fail archive-damaged "the agent archive $archive is not there"
  # Moved away before anything else: an earlier run takes its own with it when it ends.
  mkdir -p "$work/agent.$$" && mv "$archive" "$work/agent.$$/archive" && archive=$work/agent.$$/archive || fail disk-full "$work cannot be written"
  turn agent
  found=$(sha256sum "$archive" | cut -d' ' -f1)
  [ "$found" = "$wanted" ] || fail archive-damaged "the agent archive has SHA-256 $found instead of $wanted: it was damaged or changed on its way"
  progress 0.3
  mkdir "$own/unpacked"
  tar -C "$own/unpacked" -xf "$archive" 2>&1 || fail archive-damaged "the agent archive cannot be unpacked into $work (is the disk full?)"
  installer=$own/unpacked/openstation-agent/install.sh
  [ -f "$installer" ] || fail archive-damaged 'the agent archive holds no install.sh'
  progress 0.5
  # Before it runs: what is half installed must be taken back as well.
  [ -n "$(items | awk '$2 == "agent"')" ] || remember agent openstation-agent
  leave_other_cluster
  chmod 755 "$installer"
  printf '%s\n' "$token" | "$installer" --control "$control" --name "$name" 2>&1
  code=$?
  token=
  [ $code -eq 0 ] || fail agent-install-failed "the agent could not be installed (install.sh ended with $code)"
}

step_probe() {
  image=openstation/probe:$job
  turn probe
  root=$own/root
  mkdir "$root"
  # Of this server's own files, because it may have no registry in reach. The libraries are those nvidia-smi asks for.
  shell=$(command -v dash || command -v bash || echo /bin/sh)
  for file in "$shell" $(ldd "$shell" 2>/dev/null | grep -o '/[^ )]*') $(ldd "$(command -v nvidia-smi || echo "$shell")" 2>/dev/null | grep -o '/[^ )]*'); do
    mkdir -p "$root$(dirname "$file")" && cp -L "$file" "$root$file"
  done
  mkdir -p "$root/bin" "$root/usr/bin" "$root/etc" "$root/tmp" "$root/dev" "$root/proc" "$root/sys" "$root/sbin" "$root/lib64"
  [ -e "$root/bin/sh" ] || cp -L "$shell" "$root/bin/sh"
  tar -C "$root" -c . | limited_in 60 docker import - "$image" >/dev/null 2>&1 || fail probe-image-failed 'Docker could not take a small image: is its disk full?'
  rm -rf "$root"
  progress 0.5
  if [ "$1" = gpu ]; then
    out=$(limited 90 docker run --rm --network none --gpus all -e NVIDIA_VISIBLE_DEVICES=all -e NVIDIA_DRIVER_CAPABILITIES=utility,compute "$image" nvidia-smi -L 2>&1)
  else
    out=$(limited 90 docker run --rm --network none "$image" /bin/sh -c 'echo a container runs' 2>&1)
  fi
  code=$?
  limited 30 docker rmi -f "$image" >/dev/null 2>&1
  printf '%s\n' "$out"
  [ $code -eq 0 ] && return 0
  case $out in *'could not select device driver'*) fail gpu-toolkit-missing 'Docker knows no GPU driver: nvidia-container-toolkit is missing, or Docker was not restarted after its installation' ;; esac
  fail probe-container-failed "a container could not run$([ "$1" = gpu ] && echo ' with the GPUs'): $(printf '%s' "$out" | tail -n 1)"
}
limited_in() { if has timeout; then timeout "$@"; else shift; "$@"; fi; }

step_undo() {
  if [ -n "$(mine agent)" ]; then
    if [ -f "$agent/uninstall.sh" ]; then
      # A copy: it removes the directory it lies in.
      cp "$agent/uninstall.sh" "$work/uninstall.now" && OPENSTATION_KEEP_NOTES=1 sh "$work/uninstall.now" </dev/null 2>&1 || fail undo-failed 'the agent could not be removed: the log shows why'
    fi
    forget agent openstation-agent
  fi
  progress 0.4
  [ -f "$work/packages.before.$job" ] && after
  names=$(mine package)
  if [ -n "$names" ]; then
    kept=
    if printf '%s\n' "$names" | grep -qx 'docker-ce\|docker.io\|moby-engine\|docker'; then
      others=$(limited 15 docker ps -aq 2>/dev/null | wc -l)
      [ "$others" -gt 0 ] && kept="Docker stays: $others container(s) were made since"
    fi
    if [ -n "$kept" ]; then echo "$kept"
    else
      # shellcheck disable=SC2086 — one word per package
      remove $names || fail undo-failed 'the packages could not be removed: the log shows what the package manager said'
      for name in $names; do forget package "$name"; done
    fi
  fi
  rm -f "$work/uninstall.now" "$work/packages.before.$job"
  [ -n "$(items)" ] || rm -f "$record"
  echo 'what this job installed is gone'
}

step_agent_log() {
  if [ -d /run/systemd/system ]; then journalctl -u openstation-agent -n 30 --no-pager -o cat 2>&1
  else tail -n 30 /var/log/openstation-agent.log /var/lib/openstation/agent/agent.log 2>/dev/null; fi
  true
}

# ---- a step that survives the connection ----------------------------------------------------------------------

alive() { pid=$(cat "$1/pid" 2>/dev/null) && [ -n "$pid" ] && grep -q 'node\.' "/proc/$pid/cmdline" 2>/dev/null; }
stay() {
  run=$work/run.$1
  if ! alive "$run"; then
    rm -rf "$run" && mkdir -p "$run" && : >"$run/log" || fail disk-full "$work cannot be written"
    session=setsid
    has setsid || session=nohup
    $session sh "$0" detached "$run" "$@" </dev/null >>"$run/log" 2>&1 &
    echo $! >"$run/pid"
  else
    echo 'following the run that goes on already'
  fi
  seen=0
  quiet=0
  while :; do
    over=no
    [ -f "$run/code" ] && over=yes
    size=$(wc -c <"$run/log")
    if [ "$size" -gt "$seen" ]; then tail -c +$((seen + 1)) "$run/log" | head -c $((size - seen)) || exit 1; seen=$size; fi
    [ $over = yes ] && exit "$(cat "$run/code")"
    if alive "$run"; then quiet=0; else quiet=$((quiet + 1)); fi
    [ $quiet -lt 5 ] || fail step-died 'the step ended without a result: the server was restarted, or somebody killed it'
    sleep 1
  done
}

[ "$(id -u)" = 0 ] || fail not-root 'must run as root'
( umask 022; mkdir -p "$state" ) && mkdir -p "$work" && chmod 700 "$work" && [ -w "$work" ] || fail disk-full "$state cannot be written"
step=$1
case $step in
  detached)
    run=$2
    shift 2
    echo $$ >"$run/pid"
    sh "$0" "$@"
    echo $? >"$run/code.part" && mv "$run/code.part" "$run/code"
    exit 0 ;;
  stay) shift; stay "$@" ;;
esac
job=$2
case $job in '' | *[!0-9a-f-]*) fail bad-job 'the id of the job is missing' ;; esac
shift 2
case $step in
  engine) step_engine ;;
  gpu) step_gpu "$@" ;;
  agent) step_agent "$@" ;;
  probe) step_probe "$@" ;;
  undo) step_undo ;;
  agent-log) step_agent_log ;;
  *) fail bad-step "there is no step $step" ;;
esac
