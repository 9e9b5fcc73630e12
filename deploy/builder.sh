#!/usr/bin/env bash
# Installs what builds images, neither of it a daemon: buildah, and mmdebstrap for a base. Does nothing when they stand.
set -euo pipefail

missing=()
for program in buildah mmdebstrap; do
  command -v "$program" >/dev/null || missing+=("$program")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0
install=(apt-get install -y --no-install-recommends "${missing[@]}")
as=()
if [[ $EUID -ne 0 ]]; then
  as=(sudo -n)
  sudo -n true 2>/dev/null || { echo "images need ${missing[*]}; run: sudo apt-get update && sudo ${install[*]}" >&2; exit 77; }
fi
echo "builder: installing ${missing[*]} with apt-get" >&2
log=$(mktemp)
if ! { "${as[@]}" apt-get update -q && "${as[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  exit 1
fi
rm -f "$log"
