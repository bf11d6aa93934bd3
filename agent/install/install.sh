#!/bin/sh
# Install or upgrade the agent on this host. Needs python3 (3.11 or newer) and requests; what exists is kept.
#
#   install.sh --server https://spot.example.com --token soe_…  [--name web-1]
#              [--check URL-or-command --start COMMAND [--stop COMMAND]] [--no-start]
#
# Configuration (/etc/spot-optimizer) and identity (/var/lib/spot-optimizer) survive every upgrade.
# DESTDIR installs into another root and starts nothing; PYTHON names another interpreter.
set -eu

say() { echo "spotopt-agent: $*"; }
fail() { echo "spotopt-agent: $*" >&2; exit 1; }

server='' token='' name='' check='' start='' stop='' run=yes
while [ $# -gt 0 ]; do
    case "$1" in
        --server | --token | --name | --check | --start | --stop)
            [ $# -ge 2 ] || fail "$1 needs a value"
            eval "${1#--}=\$2"
            shift 2
            ;;
        --no-start) run=no; shift ;;
        -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "unknown option $1; --help says more" ;;
    esac
done

root=${DESTDIR:-}
python=${PYTHON:-python3}
source=$(cd "$(dirname "$0")/.." && pwd)
home=$root/opt/spot-optimizer
config=$root/etc/spot-optimizer/agent.json
state=$root/var/lib/spot-optimizer

[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail "run this as root, or with DESTDIR"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "python 3.11 or newer is needed"
"$python" -c 'import requests' 2>/dev/null || fail "the Python package requests is missing (Debian: apt-get install python3-requests)"
version=$(cd "$source/.." && "$python" -c 'import agent; print(agent.VERSION)')
if [ ! -e "$config" ]; then
    [ -n "$server" ] && [ -n "$token" ] || fail "a first installation needs --server and --token"
fi

# 1 the program, beside the one that runs now; then one rename makes it the current one
release=$home/agent/$version
mkdir -p "$home/bin" "$home/agent"
rm -rf "$release.part"
mkdir "$release.part"
cp -R "$source" "$release.part/agent"
find "$release.part" -name __pycache__ -type d -prune -exec rm -rf {} +
[ ! -e "$source/../docs/AGENTS.md" ] || cp "$source/../docs/AGENTS.md" "$release.part/"
rm -rf "$release"
mv "$release.part" "$release"
ln -sfn "$version" "$home/agent/current.part"
mv -T "$home/agent/current.part" "$home/agent/current"
cat > "$home/bin/spotopt-agent.part" <<RUN
#!/bin/sh
# The agent that is current at this start.
PYTHONPATH="\$(readlink -f "\$(dirname "\$0")/../agent/current")" exec $python -m agent "\$@"
RUN
chmod 755 "$home/bin/spotopt-agent.part"
mv "$home/bin/spotopt-agent.part" "$home/bin/spotopt-agent"
say "version $version is in $release"

# 2 configuration and state, made once, readable by root alone
mkdir -p "$(dirname "$config")" "$state"
chmod 700 "$state"
if [ -e "$config" ]; then
    say "kept $config"
else
    (umask 077 && SERVER=$server TOKEN=$token NAME=$name CHECK=$check START=$start STOP=$stop "$python" - > "$config" <<'WRITE'
import json, os
names = {"server_url": "SERVER", "token": "TOKEN", "logical_name": "NAME", "check": "CHECK", "start": "START", "stop": "STOP"}
print(json.dumps({name: os.environ[of] for name, of in names.items() if os.environ[of]}, indent=2))
WRITE
    )
    say "wrote $config"
fi
[ ! -e "$state/identity.json" ] || say "kept the identity in $state"
"$home/bin/spotopt-agent" --config "$config" --config-check || fail "$config is not usable; nothing was started"

# 3 the service
mkdir -p "$root/etc/systemd/system"
cp "$source/install/spotopt-agent.service" "$root/etc/systemd/system/spotopt-agent.service"
if [ -n "$root" ] || [ "$run" = no ]; then
    say "installed; nothing was started"
else
    systemctl daemon-reload
    systemctl enable spotopt-agent
    systemctl restart spotopt-agent
    say "runs; journalctl -u spotopt-agent shows what it does"
fi
