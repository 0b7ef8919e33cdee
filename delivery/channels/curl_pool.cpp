#include "delivery/channels/curl_pool.hpp"

#include <csignal>

#include <sys/socket.h>

namespace songda::delivery {
namespace {

void ignore_broken_pipes() {
    struct sigaction now {};
    if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
        std::signal(SIGPIPE, SIG_IGN);
    }
}

} // namespace

bool append(CurlList& list, const std::string& text) {
    curl_slist* const longer = curl_slist_append(list.get(), text.c_str());
    if (longer == nullptr) {
        return false;
    }
    (void)list.release();
    list.reset(longer);
    return true;
}

CurlPool::CurlPool() {
    static std::once_flag once; // curl_global_init must run before any second thread uses curl
    std::call_once(once, [] {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        ignore_broken_pipes();
    });
}

CurlPool::~CurlPool() {
    // curl_easy_cleanup would say QUIT to each relay and wait up to two minutes for each answer.
    for (const CurlHandle& handle : idle_) {
        curl_socket_t open = CURL_SOCKET_BAD;
        if (curl_easy_getinfo(handle.get(), CURLINFO_ACTIVESOCKET, &open) == CURLE_OK &&
            open != CURL_SOCKET_BAD) {
            shutdown(open, SHUT_RDWR);
        }
    }
}

CurlPool::Loan CurlPool::lend(const std::string& ca_file) {
    CurlHandle handle;
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            handle = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    if (!handle) {
        handle.reset(curl_easy_init());
    }
    if (handle) {
        CURL* const curl = handle.get();
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
        // A name server that says nothing would otherwise hold us past every timeout.
        curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
        curl_easy_setopt(curl, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
        if (!ca_file.empty()) {
            curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
            curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
        }
    }
    return {*this, std::move(handle)};
}

void CurlPool::give_back(CurlHandle handle) {
    if (handle) {
        // Connections stay, options go: they point at what the borrower is about to free.
        curl_easy_reset(handle.get());
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(handle));
    }
}

} // namespace songda::delivery
