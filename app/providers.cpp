#include "app/providers.hpp"

#include <thread>

#include "app/secret_file.hpp"

namespace songda::app {

using namespace delivery::provider;

namespace {

/// What the provider's file says, held against the configuration that names it.
Result<Spec> read_spec_of(const ProviderConfig& config) {
    auto spec = read_spec(config.file);
    if (!spec.ok()) {
        return spec;
    }
    const Error wrong{Fault::invalid_input, "provider " + config.name + ": "};
    if (spec.value().channel != config.channel) {
        return Error{wrong.fault, wrong.detail + config.file + " is for the channel " +
                                      spec.value().channel + ", not " + config.channel};
    }
    for (const auto& [name, file] : config.secret_files) {
        if (!spec.value().secrets.contains(name)) {
            return Error{wrong.fault,
                         wrong.detail + "secret_files." + name + ": its file asks for no such one"};
        }
    }
    if (!config.base_url.empty()) {
        spec.value().base_url = config.base_url;
    }
    return spec;
}

} // namespace

struct Providers::One {
    std::string name;
    delivery::ChannelKind kind;
    unsigned threads = 0;
    std::unique_ptr<ProviderChannel> channel;
    std::unique_ptr<ReportDesk> reports; ///< null: it does not report
    PacedThread thread;                  ///< first to go
};

Providers::Providers() = default;
Providers::~Providers() = default;

Result<Secrets> read_provider_secrets(const std::map<std::string, std::string>& files) {
    Secrets secrets;
    for (const auto& [name, file] : files) {
        auto secret = read_secret_line(file);
        if (!secret.ok()) {
            return secret.error();
        }
        secrets[name] = std::move(secret).value();
    }
    return secrets;
}

Result<std::unique_ptr<Providers::One>> Providers::open_one(const ProviderConfig& config,
                                                            const std::string& folder, Desk& desk) {
    auto read = read_spec_of(config);
    if (!read.ok()) {
        return read.error();
    }
    const Spec& spec = read.value();
    const auto secrets = read_provider_secrets(config.secret_files);
    if (!secrets.ok()) {
        return secrets.error();
    }
    const Digest secret = desk.applicant_keys().provider_secret();
    auto book = ReportBook::open({folder + '/' + config.name,
                                  Private<Bytes>(Bytes(secret.begin(), secret.end())), desk.clock(),
                                  desk.random()});
    if (!book.ok()) {
        return Error{book.error().fault, "provider " + config.name + ": " + book.error().detail};
    }
    const std::shared_ptr<ReportBook> kept = std::move(book).value();
    auto channel = ProviderChannel::make(
        {config.name, spec, secrets.value(), config.ca_file, config.allow_private_addresses,
         config.threads},
        {desk.clock(), desk.random(), desk.metrics(), kept,
         [](std::chrono::milliseconds wait) { std::this_thread::sleep_for(wait); }});
    if (!channel.ok()) {
        return channel.error();
    }
    auto one = std::make_unique<One>();
    one->name = config.name;
    one->kind = *delivery::parse_channel(config.channel);
    one->threads = config.threads;
    one->channel = std::move(channel).value();
    if (spec.callback) {
        one->reports = std::make_unique<ReportDesk>(
            ReportDesk::Parts{desk.store(), desk.clock(), desk.metrics()},
            ReportDesk::About{config.name, one->kind, *spec.callback, secrets.value(), kept});
    }
    return one;
}

Result<std::unique_ptr<Providers>> Providers::open(const DeliveryConfig& config, Desk& desk) {
    std::unique_ptr<Providers> providers(new Providers());
    for (const ProviderConfig& each : config.providers) {
        auto one = open_one(each, config.providers_folder, desk);
        if (!one.ok()) {
            return one.error();
        }
        providers->all_.push_back(std::move(one).value());
    }
    return providers;
}

std::vector<delivery::Lane> Providers::lanes() const {
    std::vector<delivery::Lane> lanes;
    for (const auto& one : all_) {
        lanes.push_back({one->kind, *one->channel, one->threads, 1});
    }
    return lanes;
}

void Providers::start() {
    for (const auto& one : all_) {
        if (one->reports) {
            one->thread.start([&desk = *one->reports] { return desk.step(); });
        }
    }
}

http::Response Providers::answer(std::string_view name, std::string_view token,
                                 const http::Request& request) {
    http::Response response;
    response.status = 404;
    for (const auto& one : all_) {
        if (one->name != name || !one->reports) {
            continue;
        }
        if (request.method == "GET") {
            if (auto echo = one->reports->echo(request.query)) {
                response.status = 200;
                response.body = *std::move(echo);
            }
            break;
        }
        ReportDesk::Answer answer = one->reports->take(
            {token, request.query, request.body, request.peer,
             [&request](std::string_view header) { return request.header(header); }});
        response.status = answer.status;
        response.content_type = std::move(answer.type);
        response.body = std::move(answer.body);
    }
    return response;
}

} // namespace songda::app
