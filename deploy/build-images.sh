#!/usr/bin/env bash
# Builds the images that are named, or every one, with buildah, without a daemon.
#   BASE=...           the Debian 12 to build on; a release names it by digest
#   TAG=0.1.0          version
#   PREFIX=localhost/results-  what stands before each name, for example registry.example.org/results/
#   AUTHORITIES=FILE   whom to trust while packages are fetched, where a proxy with an authority of its own is between
#   BUILDAH_LAYERS=false  keep nothing for the next build
#   BUILDAH_OPTIONS=   more options, for example --isolation=chroot inside a container
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export BUILDAH_LAYERS="${BUILDAH_LAYERS:-true}"
readonly BASE="${BASE:-docker.io/library/debian:bookworm-slim}" TAG="${TAG:-0.1.0}" PREFIX="${PREFIX:-localhost/results-}"
read -ra more <<<"${BUILDAH_OPTIONS:-}"
[[ -z "${AUTHORITIES:-}" ]] || more+=(--secret "id=authorities,src=$AUTHORITIES")
[[ $# -gt 0 ]] || set -- intake validator review publisher operations clamav

for name in "$@"; do
  case $name in
    clamav) recipe=(--target "$name") ;;
    operations) recipe=(--target "$name" --build-arg "SERVICE=$name") ;;
    *) recipe=(--build-arg "SERVICE=$name") ;;
  esac
  echo "building $name" >&2
  buildah build --quiet --timestamp 0 --ignorefile deploy/Dockerfile.dockerignore --build-arg "BASE=$BASE" \
    --file deploy/Dockerfile --tag "$PREFIX$name:$TAG" "${more[@]}" "${recipe[@]}" . >/dev/null
done
