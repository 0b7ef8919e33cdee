#include "ledger/evidence_batch.hpp"

#include "base/json.hpp"
#include "ledger/detail/json_fields.hpp"

namespace songda::ledger {

std::string write_statement(const BatchStatement& statement) {
    std::string text;
    JsonObject json(text);
    json.raw("songda_evidence_batch", "1");
    json.raw("number", std::to_string(statement.number));
    json.raw("first", std::to_string(statement.first));
    json.raw("records", std::to_string(statement.records));
    detail::put(json, "root", statement.root);
    detail::put(json, "previous", statement.previous);
    detail::put(json, "at", statement.at);
    json.end();
    return text;
}

Result<BatchStatement> read_statement(std::string_view text) {
    const auto json = parse_json(text, 2);
    if (!json.ok()) {
        return json.error();
    }
    detail::FieldReader read(json.value().root());
    BatchStatement statement;
    statement.number = read.number("number");
    statement.first = read.number("first");
    statement.records = read.number("records");
    statement.root = read.digest("root");
    statement.previous = read.digest("previous");
    statement.at = read.time("at");
    if (!read.ok() || write_statement(statement) != text) {
        return Error{Fault::invalid_input, "not the one spelling of a statement"};
    }
    return statement;
}

} // namespace songda::ledger
