#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Numbers for Prometheus, without its headers. Rooms hold a `Metrics` struct of these handles;
/// names carry their unit. Handles are cheap to copy and safe to use from several threads; they
/// must not outlive their Registry.
namespace songda::metrics {

class Counter {
public:
    Counter() = default; ///< counts nothing
    explicit Counter(void* counter) : counter_(counter) {}
    void add(double amount = 1) const;

private:
    void* counter_ = nullptr;
};

class Gauge {
public:
    Gauge() = default;
    explicit Gauge(void* gauge) : gauge_(gauge) {}
    void set(double value) const;
    void add(double amount) const;

private:
    void* gauge_ = nullptr;
};

class Histogram {
public:
    Histogram() = default;
    explicit Histogram(void* histogram) : histogram_(histogram) {}
    void observe(double value) const;

private:
    void* histogram_ = nullptr;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

class Registry {
public:
    Registry();
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    /// The same name and labels give the same counter.
    [[nodiscard]] Counter counter(const std::string& name, const std::string& help,
                                  const Labels& labels = {});
    [[nodiscard]] Gauge gauge(const std::string& name, const std::string& help,
                              const Labels& labels = {});
    /// Buckets from 100 µs to 30 s, for durations in seconds.
    [[nodiscard]] Histogram seconds(const std::string& name, const std::string& help,
                                    const Labels& labels = {});

    /// Prometheus text exposition format.
    [[nodiscard]] std::string text() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace songda::metrics
