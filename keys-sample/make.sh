#!/bin/sh
# Makes throwaway keys: make.sh [--songda PROGRAM] OUT CODE NAME [CODE NAME …]. Keeps what exists. See README.md.
set -eu
songda=
[ "$1" != --songda ] || { songda=$2; shift 2; }
out=$1
shift
mkdir -p "$out/trust" "$out/tls"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mark="SONGDA SAMPLE 样本（不得用于生产）"

key() {
    [ -f "$1" ] && return 0
    (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null)
}

# join OUTFILE FILES…; whole or not at all, since somebody may be reading.
join() {
    [ -f "$1" ] && return 0
    joined=$1
    shift
    cat "$@" >"$joined.part"
    mv "$joined.part" "$joined"
}

# certificate OUTFILE KEY SUBJECT DAYS EXTENSIONS [ISSUER_CERT ISSUER_KEY]
certificate() {
    [ -f "$1" ] && return 0
    printf '%b' "$5" >"$work/ext"
    openssl req -new -utf8 -key "$2" -subj "$3" -out "$work/csr"
    serial=0x$(openssl rand -hex 15)
    if [ $# -gt 5 ]; then
        openssl x509 -req -in "$work/csr" -CA "$6" -CAkey "$7" -passin "file:$passphrase" -set_serial "$serial" -days "$4" -sha256 \
            -extfile "$work/ext" -out "$1" 2>/dev/null
    else
        openssl x509 -req -in "$work/csr" -signkey "$2" -set_serial "$serial" -days "$4" -sha256 \
            -extfile "$work/ext" -out "$1" 2>/dev/null
    fi
}

# secret FILE COMMAND…: what the command prints, for our eyes only.
secret() {
    [ -f "$1" ] && return 0
    secret_file=$1
    shift
    (umask 077 && "$@" >"$secret_file.part" && mv "$secret_file.part" "$secret_file")
}

# With --songda the hierarchy and the seals are an authority of `songda pki`, in OUT/authority.
if [ -n "$songda" ] && { [ -d "$out/authority" ] || [ ! -f "$out/root.pem" ]; } && [ ! -f "$out/issuing.pem" ]; then
    secret "$out/authority.pass" openssl rand -base64 24
    "$songda" pki init --folder "$out/authority" --sample --name 'SONGDA SAMPLE ROOT 样本根' \
        --issuing-name 'SONGDA SAMPLE ISSUING 样本签发' --address "${SONGDA_ADDRESS:-http://localhost:8080}" \
        --domain localhost --passphrase-file "$out/authority.pass" >"$work/init"
    for each in root issuing; do
        "$songda" pki show $each --pem --folder "$out/authority" >"$work/$each.pem"
        join "$out/$each.pem" "$work/$each.pem"
        ln -sf "authority/$each.key" "$out/$each.key"
    done
fi
# And the SM2 seals those of another, in OUT/sm2 (docs/formats/sm2.md).
if [ -n "$songda" ] && [ ! -d "$out/sm2/authority" ]; then
    mkdir -p "$out/sm2/trust"
    secret "$out/sm2/authority.pass" openssl rand -base64 24
    "$songda" pki init --suite sm2 --folder "$out/sm2/authority" --sample --name 'SONGDA SAMPLE SM2 ROOT 样本国密根' \
        --issuing-name 'SONGDA SAMPLE SM2 ISSUING 样本国密签发' --address "${SONGDA_ADDRESS:-http://localhost:8080}" \
        --domain localhost --passphrase-file "$out/sm2/authority.pass" >"$work/init"
    "$songda" pki show root --pem --folder "$out/sm2/authority" >"$work/sm2-root.pem"
    join "$out/sm2/trust/root.pem" "$work/sm2-root.pem"
fi
# The maker of electronic seals is nobody's department; its certificate names the first one that asks.
if [ -n "$songda" ] && [ ! -f "$out/sm2/maker/seal.pem" ] && [ $# -ge 2 ]; then
    "$songda" pki seal --folder "$out/sm2/authority" --department "$1" --name 'SONGDA SAMPLE 样本电子印章系统' --out "$out/sm2/maker" \
        --passphrase-file "$out/sm2/authority.pass" >"$work/maker"
fi
passphrase=$out/authority.pass
[ -f "$passphrase" ] || { passphrase=$work/none; echo >"$passphrase"; }

key "$out/root.key"
certificate "$out/root.pem" "$out/root.key" "/C=CN/O=$mark/CN=SONGDA SAMPLE ROOT 样本根" 7300 \
    'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n'
key "$out/issuing.key"
certificate "$out/issuing.pem" "$out/issuing.key" "/C=CN/O=$mark/CN=SONGDA SAMPLE ISSUING 样本签发" 3650 \
    'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' \
    "$out/root.pem" "$out/root.key"
join "$out/trust/root.pem" "$out/root.pem"

key "$out/tls/server.key"
certificate "$out/tls/server-leaf.pem" "$out/tls/server.key" "/C=CN/O=$mark/CN=localhost" 825 \
    'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n' \
    "$out/issuing.pem" "$out/issuing.key"
join "$out/tls/server.pem" "$out/tls/server-leaf.pem" "$out/issuing.pem"
join "$out/tls/client-authority.pem" "$out/issuing.pem" "$out/root.pem"

# The key of the built-in time-stamp authority: its one extended use is timeStamping, critical (RFC 3161 §2.3).
mkdir -p "$out/tsa"
if [ -d "$out/authority" ] && [ -n "$songda" ] && [ ! -f "$out/tsa/tsa.pem" ]; then
    "$songda" pki timestamp --folder "$out/authority" --name 'SONGDA SAMPLE TSA 样本时间戳' --out "$out/tsa" \
        --passphrase-file "$out/authority.pass" >"$work/tsa"
    cp "$out/tsa/tsa.pem" "$out/tsa/tsa-leaf.pem" # the leaf is its first
fi
key "$out/tsa/tsa.key"
certificate "$out/tsa/tsa-leaf.pem" "$out/tsa/tsa.key" "/C=CN/O=$mark/CN=SONGDA SAMPLE TSA 样本时间戳" 1825 \
    'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' \
    "$out/issuing.pem" "$out/issuing.key"
join "$out/tsa/tsa.pem" "$out/tsa/tsa-leaf.pem" "$out/issuing.pem"

# The service's own seal, over batches of records of evidence.
mkdir -p "$out/evidence"
key "$out/evidence/seal.key"
certificate "$out/evidence/seal-leaf.pem" "$out/evidence/seal.key" "/C=CN/O=$mark/CN=SONGDA SAMPLE EVIDENCE 样本送达证据" 1825 \
    'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=1.3.6.1.5.5.7.3.36,emailProtection\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' \
    "$out/issuing.pem" "$out/issuing.key"
join "$out/evidence/seal.pem" "$out/evidence/seal-leaf.pem" "$out/issuing.pem"

webhook_secret() { printf 'whsec_%s\n' "$(openssl rand -base64 32)"; }

# What delivery needs: the webhook's key and secret, the secret behind return paths and collection codes, the
# passwords of the local mail sink and of the local provider of SMS, and the keys that sign mails.
mkdir -p "$out/delivery"
secret "$out/delivery/webhook.key" openssl genpkey -algorithm ED25519
[ -f "$out/delivery/webhook.pub" ] || openssl pkey -in "$out/delivery/webhook.key" -pubout -out "$out/delivery/webhook.pub"
secret "$out/delivery/webhook.secret" webhook_secret
secret "$out/delivery/web-push.key" openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256
secret "$out/delivery/delivery.secret" openssl rand -hex 32
secret "$out/delivery/smtp.password" openssl rand -hex 16
secret "$out/delivery/dkim-rsa.key" openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048
secret "$out/delivery/dkim-ed25519.key" openssl genpkey -algorithm ED25519
secret "$out/delivery/sms.id" openssl rand -hex 12
secret "$out/delivery/sms.secret" openssl rand -hex 16
secret "$out/delivery/sms.token" openssl rand -hex 16

# documentSigning (RFC 9336) says what a seal is for; emailProtection beside it because NSS, and with it
# pdfsig and other readers, trusts no signer without it.
while [ $# -ge 2 ]; do
    code=$1
    name=$2
    shift 2
    mkdir -p "$out/$code"
    if [ -d "$out/authority" ] && [ -n "$songda" ] && [ ! -f "$out/$code/seal.pem" ]; then
        "$songda" pki seal --folder "$out/authority" --department "$code" --name "$name" --out "$out/$code" \
            --passphrase-file "$out/authority.pass" >"$work/seal"
        cp "$out/$code/seal.pem" "$out/$code/seal-leaf.pem" # the leaf is its first
    fi
    if [ -n "$songda" ] && [ ! -f "$out/$code/sm2/seal.pem" ]; then
        "$songda" pki seal --folder "$out/sm2/authority" --department "$code" --name "$name" --out "$out/$code/sm2" \
            --passphrase-file "$out/sm2/authority.pass" >"$work/seal"
    fi
    if [ -n "$songda" ] && [ ! -f "$out/$code/sm2/seal.esl" ]; then
        "$songda" seal electronic --id "${code}01" --name "$name 样本电子印章" --signer "$out/$code/sm2/seal.pem" \
            --maker-key "$out/sm2/maker/seal.key" --maker-certificate "$out/sm2/maker/seal.pem" \
            --picture "$(dirname "$0")/../samples/seal.png" --out "$out/$code/sm2/seal.esl" >"$work/seal"
    fi
    key "$out/$code/seal.key"
    key "$out/$code/qr.key"
    key "$out/$code/client.key"
    certificate "$out/$code/seal-leaf.pem" "$out/$code/seal.key" \
        "/C=CN/O=$mark/organizationIdentifier=$code/CN=$name" 1825 \
        'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=1.3.6.1.5.5.7.3.36,emailProtection\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' \
        "$out/issuing.pem" "$out/issuing.key"
    join "$out/$code/seal.pem" "$out/$code/seal-leaf.pem" "$out/issuing.pem"
    certificate "$out/$code/client.pem" "$out/$code/client.key" \
        "/C=CN/O=$mark/organizationIdentifier=$code/CN=$name 接口" 825 \
        'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n' \
        "$out/issuing.pem" "$out/issuing.key"
done
