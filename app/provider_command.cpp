// songda provider check, try: what a provider's file says, what would be sent by it, and one
// message for real, before the service uses it.

#include <thread>

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/providers.hpp"
#include "app/terminal.hpp"
#include "base/text_codec.hpp"

namespace songda::app {
namespace {

using namespace delivery::provider;

MessageFacts sample_facts(const ProviderArguments& asked, const Spec& spec) {
    MessageFacts facts;
    facts.occasion = asked.status ? Occasion::status : Occasion::issued;
    const std::string sample = spec.channel == "wechat" ? "oSAMPLE-OPENID" : "13800138000";
    facts.to = Private<std::string>(asked.to.empty() ? sample : asked.to);
    facts.leg = std::string(32, '0');
    facts.link = Private<std::string>(
        asked.status ? "https://songda.example.gov.cn/v/7R2M9K4T8WXE3HBC"
                     : "https://songda.example.gov.cn/inbox/" + std::string(40, '0'));
    facts.title = "食品经营许可证";
    facts.number = "JY13201990000019";
    facts.department = "示例市行政审批局";
    facts.status = asked.status ? "撤销" : "";
    return facts;
}

/// The message that was asked for; null after telling that there is none.
const Message* find_message(const Spec& spec, Occasion occasion) {
    const auto found = spec.messages.find(occasion);
    if (found == spec.messages.end()) {
        tell_failure("配置中没有这种告知", "the file has no [message.status]");
        return nullptr;
    }
    return &found->second;
}

void show_spec(const Spec& spec) {
    fmt::print("渠道 channel {} · 地址 address {} · 认证 auth {} · 超时 timeout {} ms\n",
               spec.channel, spec.base_url, auth_name(spec.auth.kind), spec.timeout_ms);
    fmt::print("重复可辨 idempotent {} · 答复码 codes {} · 需要密钥 secrets",
               spec.idempotent ? "是 yes" : "否 no", spec.answer.codes.size());
    for (const std::string& name : spec.secrets) {
        fmt::print(" {}", name);
    }
    fmt::print("\n");
    if (!spec.lookup) {
        fmt::print("不能查询 no lookup: 答复丢失后只等回执 a lost answer waits for its report\n");
    } else if (spec.lookup->absent_after_ms) {
        fmt::print(
            "查询 lookup: 发送 {} 秒后查不到即未收到，再发 what is not there {} s after it was "
            "sent is sent again\n",
            *spec.lookup->absent_after_ms / 1000, *spec.lookup->absent_after_ms / 1000);
    } else {
        fmt::print("查询 lookup: 查不到不作结论 nothing follows from what is not there\n");
    }
    if (spec.callback) {
        fmt::print("回执 reports: 核验 verified by {} · 状态码 codes {}\n",
                   verify_name(spec.callback->verify.kind), spec.callback->status.size());
    } else {
        fmt::print("无回执 no reports: 送到与否无从得知 nobody will know whether it arrived\n");
    }
    fmt::print("限制 limits: {}/s · {}/人日 a recipient and day\n", spec.limits.per_second,
               spec.limits.per_recipient_day);
}

void show_call(std::string_view what, const delivery::HttpCall& call) {
    fmt::print("\n{}\n{} {}\n", what, call.method, call.url);
    for (const auto& [name, value] : call.headers) {
        fmt::print("{}: {}\n", name, value);
    }
    fmt::print("\n{}{}", call.body, call.body.empty() ? "" : "\n");
}

void show_requests(const Spec& spec, const Message& message, const MessageFacts& facts) {
    Secrets masked;
    for (const std::string& name : spec.secrets) {
        masked[name] = Private<std::string>("***");
    }
    const TimeMs now = SystemClock().now();
    const CallFacts call{now, std::string(32, '0'), masked, "***"};
    show_call("发送 submit", build_submit(spec, message, facts, call));
    if (spec.lookup) {
        show_call("查询 lookup",
                  build_lookup(spec, {facts.to, facts.leg, "REF", china_date(now)}, call));
    }
}

/// False after telling that it is too long.
bool show_length(const Spec& spec, const Message& message, const MessageFacts& facts) {
    const std::string text = message_text(message, facts);
    if (text.empty()) {
        return true;
    }
    const SmsLength length = sms_length(text);
    fmt::print("\n{}\n{} 字 characters", text, length.units);
    if (spec.channel != "sms") {
        fmt::print("\n");
        return true;
    }
    fmt::print(" · {} 条 parts\n", length.parts);
    if (length.parts > static_cast<std::size_t>(spec.limits.parts_max)) {
        tell_failure("短信过长：超过 limits.parts_max",
                     "the message is longer than limits.parts_max allows");
        return false;
    }
    return true;
}

std::map<std::string, std::string> split_pairs(const std::vector<std::string>& pairs) {
    std::map<std::string, std::string> files;
    for (const std::string& pair : pairs) {
        const std::size_t equals = std::min(pair.find('='), pair.size());
        files[pair.substr(0, equals)] = pair.substr(std::min(pair.size(), equals + 1));
    }
    return files;
}

std::string_view outcome_zh(delivery::Outcome::Kind kind) {
    using Kind = delivery::Outcome::Kind;
    switch (kind) {
    case Kind::accepted: return "已受理 accepted";
    case Kind::reached: return "已到达 it has arrived";
    case Kind::temporary: return "暂时失败 failed for the time being";
    case Kind::permanent: return "被拒绝 refused";
    case Kind::ambiguous: return "结果不明 nobody knows whether it was sent";
    case Kind::configuration: return "配置有误 the configuration is wrong";
    case Kind::not_now: return "未发送 not sent";
    }
    return "";
}

std::string_view found_zh(delivery::Found::Kind kind) {
    using Kind = delivery::Found::Kind;
    switch (kind) {
    case Kind::taken: return "对方已受理 it has it";
    case Kind::reached: return "已到达 it has arrived";
    case Kind::failed: return "未送到 it did not arrive";
    case Kind::absent: return "对方没有 it has none of it";
    case Kind::unsure: return "不能断定 nothing follows from that";
    }
    return "";
}

/// What was sent may not be there yet: it is asked for a few times.
void show_found(ProviderChannel& channel, const MessageFacts& facts) {
    constexpr int looks = 3;
    constexpr auto between = std::chrono::seconds(5);
    for (int i = 0; i < looks; ++i) {
        std::this_thread::sleep_for(between);
        const delivery::Found found = channel.look_up(facts);
        fmt::print("查询 lookup: {}{}{} · {}\n", found_zh(found.kind),
                   found.reason == delivery::Reason::none ? "" : " · ",
                   delivery::reason_name(found.reason), found.trace);
        if (found.kind != delivery::Found::Kind::unsure &&
            found.kind != delivery::Found::Kind::absent) {
            return;
        }
    }
}

} // namespace

int run_provider_check(const ProviderArguments& arguments) {
    const auto spec = read_spec(arguments.file);
    if (!spec.ok()) {
        return tell_failure(spec.error());
    }
    const MessageFacts facts = sample_facts(arguments, spec.value());
    const Message* const message = find_message(spec.value(), facts.occasion);
    if (message == nullptr) {
        return 2;
    }
    show_spec(spec.value());
    show_requests(spec.value(), *message, facts);
    return show_length(spec.value(), *message, facts) ? 0 : 1;
}

int run_provider_try(const ProviderArguments& arguments) {
    auto spec = read_spec(arguments.file);
    if (!spec.ok()) {
        return tell_failure(spec.error());
    }
    if (!arguments.base_url.empty()) {
        spec.value().base_url = arguments.base_url;
    }
    MessageFacts facts = sample_facts(arguments, spec.value());
    SystemRandom random;
    Bytes id(facts.leg.size() / 2);
    random.fill(id); // it is asked for by that, and nothing else of today is meant
    facts.leg = to_hex(id);
    if (!is_address(spec.value().channel, arguments.to)) {
        return tell_failure("收件人号码不对", "--to is no telephone number or openid");
    }
    if (find_message(spec.value(), facts.occasion) == nullptr) {
        return 2;
    }
    if (arguments.ask && !spec.value().lookup) {
        tell_failure("配置中没有 [lookup]，不能查询", "the file has no [lookup]: leave out --ask");
        return 2;
    }
    auto secrets = read_provider_secrets(split_pairs(arguments.secret_files));
    if (!secrets.ok()) {
        return tell_failure(secrets.error());
    }
    if (spec.value().callback) { // what reports are verified by is not needed to send
        for (const std::string& name : spec.value().callback->verify.secret.names()) {
            secrets.value().try_emplace(name.substr(name.find('.') + 1));
        }
    }
    const SystemClock clock;
    metrics::Registry metrics;
    auto channel =
        ProviderChannel::make({"try", std::move(spec).value(), std::move(secrets).value(),
                               arguments.ca_file, arguments.allow_private_addresses, 1},
                              {clock, random, metrics, nullptr, [](std::chrono::milliseconds wait) {
                                   std::this_thread::sleep_for(wait);
                               }});
    if (!channel.ok()) {
        return tell_failure(channel.error());
    }
    const delivery::Outcome outcome = channel.value()->try_out(facts);
    fmt::print("{}{}{} · {}\n", outcome_zh(outcome.kind),
               outcome.reason == delivery::Reason::none ? "" : " · ",
               delivery::reason_name(outcome.reason), outcome.trace);
    if (arguments.ask) {
        show_found(*channel.value(), facts);
    }
    return outcome.kind == delivery::Outcome::Kind::accepted ? 0 : 1;
}

} // namespace songda::app
