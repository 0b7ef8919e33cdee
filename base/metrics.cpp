#include "base/metrics.hpp"

#include <map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace songda::metrics {
namespace {

const prometheus::Histogram::BucketBoundaries seconds_buckets = {
    0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30};

std::map<std::string, std::string> to_map(const Labels& labels) {
    return {labels.begin(), labels.end()};
}

} // namespace

struct Registry::Impl {
    prometheus::Registry registry;
};

void Counter::add(double amount) const {
    if (counter_ != nullptr) {
        static_cast<prometheus::Counter*>(counter_)->Increment(amount);
    }
}

void Gauge::set(double value) const {
    if (gauge_ != nullptr) {
        static_cast<prometheus::Gauge*>(gauge_)->Set(value);
    }
}

void Gauge::add(double amount) const {
    if (gauge_ != nullptr) {
        static_cast<prometheus::Gauge*>(gauge_)->Increment(amount);
    }
}

void Histogram::observe(double value) const {
    if (histogram_ != nullptr) {
        static_cast<prometheus::Histogram*>(histogram_)->Observe(value);
    }
}

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry);
    return Counter(&family.Add(to_map(labels)));
}

Gauge Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry);
    return Gauge(&family.Add(to_map(labels)));
}

Histogram Registry::seconds(const std::string& name, const std::string& help,
                            const Labels& labels) {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry);
    return Histogram(&family.Add(to_map(labels), seconds_buckets));
}

std::string Registry::text() const {
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

} // namespace songda::metrics
