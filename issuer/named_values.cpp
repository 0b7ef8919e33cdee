#include "issuer/named_values.hpp"

namespace songda::issuer {
namespace {

/// Recipient, days, number, key, identifier, what a licence follows.
constexpr std::size_t values_beside = 14;

std::size_t count_of(const FieldValue& value) {
    if (const auto* const texts = std::get_if<std::vector<std::string>>(&value)) {
        return texts->size();
    }
    std::size_t count = 1;
    if (const auto* const rows = std::get_if<std::vector<FieldRow>>(&value)) {
        for (const FieldRow& row : *rows) {
            count += row.size();
        }
    }
    return count;
}

void name_field(DecisionValues& values, std::string_view field, const FieldValue& value) {
    const std::string name = "fields." + std::string(field);
    const auto add = [&](std::string full, std::string_view text) {
        values.list.push_back({values.storage.emplace_back(std::move(full)), text});
    };
    if (const auto* const text = std::get_if<std::string>(&value)) {
        add(name, *text);
    } else if (const auto* const texts = std::get_if<std::vector<std::string>>(&value)) {
        for (std::size_t i = 0; i < texts->size(); ++i) {
            add(name + '.' + std::to_string(i), (*texts)[i]);
        }
    } else {
        const auto& rows = std::get<std::vector<FieldRow>>(value);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (const auto& [cell, says] : rows[i]) {
                add(name + '.' + std::to_string(i) + '.' + cell, says);
            }
        }
    }
}

} // namespace

DecisionValues name_values(const Decision& decision) {
    DecisionValues values;
    const DecisionFields& fields = decision.fields.reveal();
    std::size_t count = values_beside;
    for (const auto& [name, value] : fields) {
        count += count_of(value);
    }
    values.storage.reserve(count); // never moves: `list` views it
    values.list.reserve(count);
    const Recipient& recipient = decision.recipient.reveal();
    values.list.push_back({"recipient.name", recipient.name});
    values.list.push_back({"recipient.code", recipient.code});
    values.keep("decided_on", to_text(decision.decided_on));
    if (decision.valid_from) {
        values.keep("valid_from", to_text(*decision.valid_from));
    }
    if (decision.valid_until || decision.long_term) {
        values.keep("valid_until", valid_until_text(decision));
    }
    for (const auto& [name, value] : fields) {
        name_field(values, name, value);
    }
    return values;
}

} // namespace songda::issuer
