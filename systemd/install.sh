#!/bin/sh
# make install, make uninstall: the three services of a box on a Raspberry Pi OS Lite or a Debian, as root.
# With DESTDIR the files go under that folder and nothing is started; `files` leaves the Python packages out.
set -eu
umask 022
cd "$(dirname "$0")/.."
root=${DESTDIR:-}
venv=$root/opt/medhub/venv
lib=$root/usr/local/lib
units="medhub.target medhub-hub.service medhub-ui.service medhub-sync.service medhub-broker.socket medhub-broker@.service
    medhub-brake@.service"
mask="ctrl-alt-del.target getty@tty1.service"

put() { # FROM TO: for everybody to read, whatever the umask
    install -D -m 0644 "systemd/$1" "$2"
}

packages() { # made beside the old environment, so that one that fails changes nothing
    rm -rf "$venv.new"
    mkdir -p "${venv%/*}"
    /usr/bin/python3 -m venv "$venv.new"
    "$venv.new/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/appliance.txt
    "$venv.new/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation .
    find "$venv.new/bin" -type f -delete # commands that name the place where they were made; links to Python stay
    rm -rf "$venv"
    mv "$venv.new" "$venv"
}

files() {
    for unit in $units; do put "$unit" "$lib/systemd/system/$unit"; done
    put system.conf "$lib/systemd/system.conf.d/medhub.conf"
    put logind.conf "$lib/systemd/logind.conf.d/medhub.conf"
    put modules-load.conf "$lib/modules-load.d/medhub.conf"
    put sysusers.conf "$lib/sysusers.d/medhub.conf"
    put tmpfiles.conf "$lib/tmpfiles.d/medhub.conf"
    put 72-medhub.rules "$lib/udev/rules.d/72-medhub.rules"
    put sysctl.conf "$root/etc/sysctl.d/medhub.conf"
    for settings in hub.toml ui.toml; do
        [ -e "$root/etc/medhub/$settings" ] || put "$settings" "$root/etc/medhub/$settings"
    done
    install -D -m 0755 systemd/medhub "$root/usr/local/bin/medhub"
    systemctl --quiet --root="$root/" enable medhub.target
    systemctl --quiet --root="$root/" mask $mask
}

begin() { # on the machine itself
    systemd-sysusers
    systemd-tmpfiles --create "$lib/tmpfiles.d/medhub.conf"
    systemctl daemon-reload
    if [ -S /run/udev/control ]; then udevadm control --reload && udevadm trigger; fi
    whats_next
}

whats_next() {
    cat <<'EOT'
Installed. What is left to do, in this order (docs/services.md):
 1. Say what the box is made of in /etc/medhub/board.toml, and name that file in /etc/medhub/hub.toml.
 2. Make it known to the municipality, with those who may act at it:
      medhub enrol --state-dir /var/lib/medhub --sync-dir /var/lib/medhub-sync --socket /run/medhub/sync.sock \
          --staff ID=NAME ...
 3. With the box empty, walk through its locks; until that is passed, none of them opens:
      systemctl stop medhub-hub
      runuser -u medhub-hub -- medhub commission --config /etc/medhub/hub.toml --person ID
    and weigh its empty tray and a known weight; until then there is no weight, and nothing opens:
      runuser -u medhub-hub -- medhub calibrate --config /etc/medhub/hub.toml --person ID
 4. Start it all; from then on it starts with the box:
      systemctl start medhub.target
EOT
}

uninstall() {
    if [ -z "$root" ]; then systemctl --quiet stop medhub.target 'medhub-*' || true; fi
    systemctl --quiet --root="$root/" disable medhub.target 2>/dev/null || true
    systemctl --quiet --root="$root/" unmask $mask
    for unit in $units; do rm -f "$lib/systemd/system/$unit"; done
    rm -f "$lib/systemd/system.conf.d/medhub.conf" "$lib/systemd/logind.conf.d/medhub.conf" \
        "$lib/modules-load.d/medhub.conf" "$lib/sysusers.d/medhub.conf" "$lib/tmpfiles.d/medhub.conf" \
        "$lib/udev/rules.d/72-medhub.rules" "$root/etc/sysctl.d/medhub.conf" "$root/usr/local/bin/medhub"
    for settings in hub.toml ui.toml; do # what somebody has changed is theirs
        if cmp -s "systemd/$settings" "$root/etc/medhub/$settings"; then rm "$root/etc/medhub/$settings"; fi
    done
    rmdir "$root/etc/medhub" 2>/dev/null || echo "Kept: the settings in /etc/medhub"
    rm -rf "$root/opt/medhub" "$root/run/medhub" "$root/var/lib/medhub-broker"
    if [ -z "$root" ]; then
        systemctl --quiet reset-failed 'medhub-*' || true
        systemctl daemon-reload
    fi
    echo "Kept: the journal and its keys in /var/lib/medhub, the login in /var/lib/medhub-sync, and the users who own them"
}

case $1 in
install)
    if [ -z "$root" ]; then requirements/system.sh appliance-debian.txt; fi
    packages
    files
    if [ -z "$root" ]; then begin; fi
    ;;
files) files ;;
uninstall) uninstall ;;
esac
