#!/usr/bin/env bash
# Builds every image with buildah, without a daemon, and lists their sizes.
#   BASE=...           the Debian 12 to build on; a release names it by digest
#   TAG=0.1.0          version; REGISTRY=localhost  where the names begin
#   BUILDAH_OPTIONS=   more options, for example --isolation=chroot inside a container
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly BASE="${BASE:-docker.io/library/debian:bookworm-slim}" TAG="${TAG:-0.1.0}" REGISTRY="${REGISTRY:-localhost}"
read -ra more <<<"${BUILDAH_OPTIONS:-}"

build() {
  local name=$1
  shift
  echo "building $name"
  buildah build --quiet --layers --timestamp 0 --ignorefile deploy/Dockerfile.dockerignore --build-arg "BASE=$BASE" \
    --file deploy/Dockerfile --tag "$REGISTRY/results-$name:$TAG" "${more[@]}" "$@" . >/dev/null
}

for service in intake validator review publisher; do
  build "$service" --build-arg "SERVICE=$service"
done
build clamav --target clamav
buildah images --format '{{.Size}}  {{.Name}}:{{.Tag}}' | grep "results-.*:$TAG" | sort -u
