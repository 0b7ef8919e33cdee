#include "delivery/channels/transport.hpp"

#include <curl/curl.h>

namespace songda::delivery {
namespace {

Outcome temporary(Reason reason) {
    return {Outcome::Kind::temporary, reason, {}, 0};
}

} // namespace

Outcome transport_fault(int curl_code) {
    switch (curl_code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_USE_SSL_FAILED: return {Outcome::Kind::configuration, Reason::config_cert, {}, 0};
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR: return {Outcome::Kind::configuration, Reason::config_auth, {}, 0};
    case CURLE_OPERATION_TIMEDOUT: return temporary(Reason::timeout);
    case CURLE_COULDNT_CONNECT:
    case CURLE_WEIRD_SERVER_REPLY: return temporary(Reason::provider_down);
    default: return temporary(Reason::network); // no name server, broken connection, no memory
    }
}

} // namespace songda::delivery
