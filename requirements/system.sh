#!/bin/sh
# Installs those packages of debian.txt, or of the list it is given, that are missing, as root or with sudo; else one line says what to install.
set -eu
wanted=$(grep -v '^#' "$(dirname "$0")/${1:-debian.txt}")
if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian; on Debian 12 these would be installed now:" $wanted >&2
    exit 0
fi
missing=
for package in $wanted; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        echo "System packages are missing; as root: apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "Installing system packages:$missing"
$as_root apt-get update -qq || echo "The package lists could not be refreshed; trying with those at hand." >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
