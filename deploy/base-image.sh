#!/usr/bin/env bash
# Makes a Debian to build on where no image can be pulled: this machine's release from this machine's package sources,
# as small as Debian's own `slim` (no manuals, no translations; the licences stay). The same packages give the same
# bytes. A release builds on a published image by its digest instead.
#   deploy/base-image.sh localhost/debian-base
set -euo pipefail

sources=/etc/apt/sources.list
for file in /etc/apt/sources.list.d/{debian,ubuntu}.sources; do
  [[ ! -s $file ]] || sources=$file
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. /etc/os-release

SOURCE_DATE_EPOCH=1 mmdebstrap --quiet --variant=apt --include=usr-is-merged \
  --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
  --aptopt='Apt::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  "$VERSION_CODENAME" "$folder/base.tar" "$sources"
printf 'FROM scratch\nADD base.tar /\n' >"$folder/Dockerfile"
buildah build --quiet --timestamp 0 --tag "$1" "$folder" >/dev/null
