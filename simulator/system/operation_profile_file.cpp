// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/operation_profile_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <stdexcept>

#include "simulator/load/endpoints.h"

namespace tenfold::system {

using nlohmann::json;

namespace {

constexpr const char* kOperationsFormat = "tenfold.operations/2";
// A file may be made by hand: more copies of a trace than this say nothing more.
constexpr std::uint64_t kMostDraws = 100'000;
constexpr std::uint64_t kMostStatements = 1'000'000;

/// A value with the path that led to it, for messages.
class Value {
public:
    Value(const std::string& file, const json& value, std::string path)
        : m_file(file), m_value(value), m_path(std::move(path)) {}

    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error(fmt::format("{}: {} {}", m_file, m_path, what));
    }
    bool has(const char* key) const { return m_value.is_object() && m_value.contains(key); }
    Value at(const char* key) const {
        if (!m_value.is_object()) fail("must be an object");
        const auto path = m_path + "." + key;
        if (!m_value.contains(key)) Value(m_file, m_value, path).fail("is missing");
        return {m_file, m_value[key], path};
    }
    Value at(std::size_t i) const { return {m_file, m_value[i], fmt::format("{}[{}]", m_path, i)}; }
    std::size_t listOf(std::size_t least, std::size_t most, const char* what) const {
        if (!m_value.is_array() || m_value.size() < least || m_value.size() > most)
            fail(fmt::format("must be {}", what));
        return m_value.size();
    }
    std::string text() const {
        if (!m_value.is_string()) fail("must be a text");
        return m_value.get<std::string>();
    }
    std::uint64_t number(std::uint64_t least = 0,
                         std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) const {
        if (!m_value.is_number_unsigned() || m_value.get<std::uint64_t>() < least ||
            m_value.get<std::uint64_t>() > most)
            fail(fmt::format("must be a whole number from {} to {}", least, most));
        return m_value.get<std::uint64_t>();
    }
    bool flag() const {
        if (!m_value.is_boolean()) fail("must be true or false");
        return m_value.get<bool>();
    }
    bool isAny() const { return m_value == "*"; }

private:
    const std::string& m_file;
    const json& m_value;
    std::string m_path;
};

constexpr std::size_t kMany = std::numeric_limits<std::size_t>::max();

OperationTrace traceFrom(const Value& v, std::size_t statements, std::uint64_t& draws) {
    const auto fields =
        v.listOf(6, 8, "[key, draws, status, rows, bytes, [statements] (, repeat last, times)]");
    OperationTrace t;
    t.key = v.at(std::size_t{0}).number();
    draws = v.at(1).number(1, kMostDraws);
    t.status = static_cast<int>(v.at(2).number(100, 599));
    t.rows = static_cast<std::uint32_t>(v.at(3).number(0, kMostStatements));
    t.bytes = v.at(4).number();
    const auto list = v.at(5);
    const auto n = list.listOf(0, kMostStatements, "a list of statements");
    t.statements.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
        if (statements == 0) list.at(i).fail("is no entry of $.statements");
        t.statements.push_back(static_cast<std::uint32_t>(list.at(i).number(0, statements - 1)));
    }
    if (fields == 7) v.fail("says how many statements repeat and not how often");
    if (fields == 8) {
        t.repeatLast = static_cast<std::uint32_t>(v.at(6).number(1, n));
        t.repeatTimes = v.at(7).number(1, kMostStatements);
    }
    return t;
}

/// Where the round trips of a write end.
std::vector<std::uint64_t> endsOf(const OperationTrace& t, bool isKept,
                                  const std::vector<StatementTrace>& statements) {
    const auto count = t.statementCount();
    if (isKept && count > 2) return {count - 2, count - 1, count};
    std::vector<std::uint64_t> ends;
    for (std::size_t i = 0; i + 1 < t.statements.size(); ++i)
        if (statements[t.statements[i]].shape == "commit") ends.push_back(i + 1);
    ends.push_back(count);
    return ends;
}

std::vector<OperationTrace> tracesFrom(const Value& v, const std::vector<StatementTrace>& known,
                                       bool isWrite, bool isKept) {
    struct Drawn {
        OperationTrace trace;
        std::uint64_t draws = 0;
    };
    std::vector<Drawn> drawn;
    std::uint64_t common = 0;  // what all numbers of draws divide by
    const auto n = v.listOf(1, kMany, "a list of traces, at least one");
    for (std::size_t i = 0; i < n; ++i) {
        Drawn d;
        d.trace = traceFrom(v.at(i), known.size(), d.draws);
        d.trace.isWrite = isWrite;
        if (isWrite) d.trace.ends = endsOf(d.trace, isKept, known);
        common = std::gcd(common, d.draws);
        drawn.push_back(std::move(d));
    }
    std::vector<OperationTrace> all;
    for (const auto& d : drawn) all.insert(all.end(), d.draws / common, d.trace);
    std::ranges::stable_sort(all, std::ranges::less{}, &OperationTrace::key);
    return all;
}

std::optional<std::string> textUnlessAny(const Value& v) {
    return v.isAny() ? std::nullopt : std::optional(v.text());
}

/// What makes two operations the same one.
json combinationOf(const json& operation) {
    json c;
    for (const char* key :
         {"endpoint", "cache", "indexes", "query_shape", "pagination", "page_size", "side_effects",
          "idempotency", "serialisation", "shared_cache"})
        c[key] = operation.value(key, json());
    if (c["idempotency"].is_null()) c["idempotency"] = "off";
    return c;
}

}  // namespace

void OperationProfileFile::read(const std::filesystem::path& file, OperationProfile& into) {
    const std::string name = file.string();
    std::ifstream in(file);
    if (!in) throw std::runtime_error(name + ": cannot be read");
    const json j = json::parse(in, nullptr, false);
    if (j.is_discarded()) throw std::runtime_error(name + ": is not JSON");
    const Value root(name, j, "$");
    if (root.at("format").text() != kOperationsFormat)
        root.at("format").fail(fmt::format("must be {}", kOperationsFormat));
    into.m_checksum = root.at("checksum").text();
    into.m_sqliteVersion = root.at("sqlite").text();

    const auto statements = root.at("statements");
    const auto count = statements.listOf(0, kMostStatements, "a list of statements");
    for (std::size_t i = 0; i < count; ++i) {
        const auto s = statements.at(i);
        s.listOf(5, 5, "[shape, VM steps, full-scan steps, rows, bytes]");
        into.m_statements.push_back({s.at(std::size_t{0}).text(), s.at(1).number(),
                                     s.at(2).number(), s.at(3).number(), s.at(4).number()});
    }

    const auto operations = root.at("operations");
    const auto n = operations.listOf(1, kMany, "a list of operations, at least one");
    for (std::size_t i = 0; i < n; ++i) {
        const auto v = operations.at(i);
        OperationProfile::Operation o;
        const auto endpoint = load::endpointIndex(v.at("endpoint").text());
        if (!endpoint) v.at("endpoint").fail("is no endpoint of the API");
        o.endpoint = *endpoint;
        const std::string cache = v.at("cache").text();
        if (cache != "hit" && cache != "miss") v.at("cache").fail("must be hit or miss");
        o.isHit = cache == "hit";
        o.indexes = textUnlessAny(v.at("indexes"));
        o.queryShape = textUnlessAny(v.at("query_shape"));
        o.pagination = textUnlessAny(v.at("pagination"));
        if (!v.at("page_size").isAny())
            o.pageSize = static_cast<int>(v.at("page_size").number(1, 1'000'000));
        o.sideEffects = textUnlessAny(v.at("side_effects"));
        // Of those that take a key; a file from before there were any has what it took without.
        if (v.has("idempotency")) {
            o.idempotency = textUnlessAny(v.at("idempotency"));
        } else if (load::endpoints()[o.endpoint].method == "POST") {
            o.idempotency = "off";
        }
        o.serialisation = textUnlessAny(v.at("serialisation"));
        o.sharedCache = textUnlessAny(v.at("shared_cache"));
        const bool isWrite = v.has("write") && v.at("write").flag();
        o.traces = tracesFrom(v.at("traces"), into.m_statements, isWrite, o.isHit);
        into.m_operations.push_back(std::move(o));
    }
}

json OperationProfileFile::merged(const json& base, const json& added) {
    for (const char* key : {"format", "checksum", "sqlite"})
        if (base.value(key, "") != added.value(key, "")) return added;
    json out = base;
    std::map<json, std::uint64_t> known;
    for (const auto& s : out["statements"]) known.emplace(s, known.size());
    std::vector<std::uint64_t> newIndex;
    for (const auto& s : added.at("statements")) {
        const auto [it, isNew] = known.emplace(s, known.size());
        if (isNew) out["statements"].push_back(s);
        newIndex.push_back(it->second);
    }
    for (json operation : added.at("operations")) {
        for (auto& trace : operation.at("traces"))
            for (auto& statement : trace.at(5))
                statement = newIndex.at(statement.get<std::size_t>());
        auto& all = out["operations"];
        const auto same = std::find_if(all.begin(), all.end(), [&](const json& o) {
            return combinationOf(o) == combinationOf(operation);
        });
        if (same == all.end()) {
            all.push_back(std::move(operation));
        } else {
            *same = std::move(operation);
        }
    }
    return out;
}

std::string OperationProfileFile::textOf(const json& profile) {
    std::string out = "{";
    for (const auto& [key, value] : profile.items()) {
        out += (out.size() > 1 ? ",\n" : "\n") + json(key).dump() + ": ";
        if (key != "operations") {
            out += value.dump();
            continue;
        }
        out += "[";
        for (std::size_t i = 0; i < value.size(); ++i)
            out += (i > 0 ? ",\n" : "\n") + value[i].dump();
        out += "\n]";
    }
    return out + "\n}\n";
}

}  // namespace tenfold::system
