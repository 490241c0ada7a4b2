// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/serialisation/json_writer.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "reference-server/api/text.h"

namespace tenfold::mechanisms {

void JsonWriter::separate() {
    if (std::exchange(m_isNamed, false) || m_levels.empty()) return;
    if (!std::exchange(m_levels.back().isFirst, false)) m_out += ',';
}

JsonWriter& JsonWriter::beginObject(const Fieldset* only) {
    separate();
    m_out += '{';
    m_levels.push_back({only, true});
    return *this;
}

JsonWriter& JsonWriter::endObject() {
    m_out += '}';
    m_levels.pop_back();
    return *this;
}

JsonWriter& JsonWriter::beginArray() {
    separate();
    m_out += '[';
    m_levels.push_back({});
    return *this;
}

JsonWriter& JsonWriter::endArray() {
    m_out += ']';
    m_levels.pop_back();
    return *this;
}

JsonWriter& JsonWriter::name(std::string_view name) {
    separate();
    text(name);
    m_out += ':';
    m_isNamed = true;
    return *this;
}

bool JsonWriter::wants(std::string_view name) const {
    const auto* only = m_levels.back().only;
    return !only || only->has(name);
}

JsonWriter& JsonWriter::field(std::string_view name, std::int64_t value) {
    if (!wants(name)) return *this;
    this->name(name);
    m_isNamed = false;
    fmt::format_to(std::back_inserter(m_out), "{}", value);
    return *this;
}

JsonWriter& JsonWriter::field(std::string_view name, std::string_view value) {
    if (!wants(name)) return *this;
    this->name(name);
    m_isNamed = false;
    text(value);
    return *this;
}

void JsonWriter::text(std::string_view value) {
    using nlohmann::json;
    // What is no UTF-8, or has a NUL, is rare and somebody else's work.
    if (!api::charactersOf(value)) {
        m_out += json(value).dump(-1, ' ', false, json::error_handler_t::replace);
        return;
    }
    m_out += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            m_out += '\\';
            m_out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            fmt::format_to(std::back_inserter(m_out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
            m_out += c;
        }
    }
    m_out += '"';
}

}  // namespace tenfold::mechanisms
