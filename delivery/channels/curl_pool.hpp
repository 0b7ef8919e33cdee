#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "base/deleter.hpp"

namespace songda::delivery {

using CurlHandle = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;
using CurlList = std::unique_ptr<curl_slist, Deleter<curl_slist_free_all>>;
using CurlUrl = std::unique_ptr<CURLU, Deleter<curl_url_cleanup>>;

/// Appends; the list stays whole when memory runs out.
[[nodiscard]] bool append(CurlList& list, const std::string& text);

/// Handles with their open connections, lent to one transfer at a time: as many as transfers ever
/// ran at once, so a worker finds a connection that is still open. Safe to call from several
/// threads; outlives the loans.
class CurlPool {
public:
    /// Also lets the process ignore SIGPIPE unless somebody decided about it already: with signals
    /// off curl does not, and a peer that vanished must cost an attempt, not the process.
    CurlPool();
    CurlPool(const CurlPool&) = delete;
    CurlPool& operator=(const CurlPool&) = delete;
    /// Closes the connections without a word and without waiting for one.
    ~CurlPool();

    class Loan {
    public:
        Loan(CurlPool& pool, CurlHandle handle) : pool_(pool), handle_(std::move(handle)) {}
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        ~Loan() { pool_.give_back(std::move(handle_)); }
        /// Null when there was no memory for a handle.
        [[nodiscard]] CURL* get() const { return handle_.get(); }

    private:
        CurlPool& pool_;
        CurlHandle handle_;
    };

    /// A handle without options: no signals, no proxy, TLS 1.2 or later with peer and host checked
    /// against `ca_file` (the system's authorities when empty).
    [[nodiscard]] Loan lend(const std::string& ca_file);

private:
    void give_back(CurlHandle handle);

    std::mutex mutex_;
    std::vector<CurlHandle> idle_; ///< the last one given back is the next one lent
};

} // namespace songda::delivery
