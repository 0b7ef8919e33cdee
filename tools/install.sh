#!/bin/sh
# Installs what is missing on a Debian 12 machine; quick when nothing is. Root or sudo.
# `install.sh` for running, `install.sh test` also for the tests and benchmarks.
set -eu
build="build-essential cmake ninja-build ccache pkg-config git ca-certificates python3 openssl libssl-dev
libpodofo-dev libqrencode-dev liblmdb-dev libspdlog-dev libfmt-dev libharfbuzz-dev libfreetype-dev libcurl4-openssl-dev
libp11-kit-dev libtomlplusplus-dev libcli11-dev prometheus-cpp-dev rapidjson-dev libgoogle-perftools-dev nlohmann-json3-dev libboost-dev zlib1g-dev
libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev fonts-noto-cjk fonts-noto-cjk-extra
libzip-dev libexpat1-dev libxlsxwriter-dev fonts-lxgw-wenkai fonts-babelstone-han python3-aiosmtpd python3-cryptography curl jq poppler-utils librsvg2-bin zbar-tools libqpdf-dev libseccomp-dev libgmime-3.0-dev libcups2-dev"
test="qpdf libnss3-tools mupdf-tools nginx-light wrk opensmtpd chromium nodejs npm universal-ctags libfiu-dev fiu-utils libfaketime
clang-14 libclang-rt-14-dev python3-openpyxl softhsm2 opensc libpdfbox2-java libjaxb-api-java libactivation-java default-jdk-headless python3-botan python3-dkim python3-nacl opendkim cups-ipp-utils avahi-daemon dbus"
wanted=$build
[ "${1:-}" = test ] && wanted="$build $test"
missing=
for package in $wanted; do
    case $package in
        # Another Node.js or JDK than Debian's may be there already; either will do.
        nodejs | npm) command -v node >/dev/null && command -v npm >/dev/null && continue ;;
        default-jdk-headless) command -v javac >/dev/null && continue ;;
    esac
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
printf '安装 Installing:%s\n' "$missing"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
# shellcheck disable=SC2086 # the list is meant to split
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
