// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/body.h"

#include <fmt/format.h>

#include <algorithm>

#include "reference-server/api/text.h"

namespace tenfold::api {

namespace {
constexpr int kDeepest = 8;
constexpr std::size_t kMostShortfalls = 100;  // an answer stays smaller than what it answers

/// A name as a part of a JSON pointer (RFC 6901).
std::string escaped(const std::string& name) {
    std::string out;
    for (const char c : name.substr(0, 60)) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}
}  // namespace

Body::Body(const std::string& text) {
    bool isTooDeep = false;
    m_root = Json::parse(
        text,
        [&](int depth, Json::parse_event_t, Json&) {
            isTooDeep = isTooDeep || depth > kDeepest;
            return depth <= kDeepest;
        },
        false);
    if (isTooDeep) throw Problem::badRequest("The body nests too deeply.");
    if (m_root.is_discarded()) throw Problem::badRequest("The body is not JSON in UTF-8.");
    if (!m_root.is_object()) throw Problem::badRequest("The body must be a JSON object.");
}

void Body::wrong(const std::string& pointer, std::string detail) {
    if (m_shortfalls.size() < kMostShortfalls)
        m_shortfalls.push_back({Shortfall::In::body, "#" + pointer, std::move(detail)});
}

std::int64_t Body::integer(const Json& object, const std::string& pointer, const char* field,
                           std::int64_t least, std::int64_t most) {
    const auto it = object.find(field);
    // An unsigned number that int64 cannot hold reads as a negative one: below every `least` here.
    const bool isWhole = it != object.end() && it->is_number_integer();
    const std::int64_t value = isWhole ? it->get<std::int64_t>() : 0;
    if (isWhole && value >= least && value <= most) return value;
    wrong(pointer + "/" + field, fmt::format("must be a whole number from {} to {}.", least, most));
    return 0;
}

std::string Body::text(const Json& object, const std::string& pointer, const char* field,
                       std::size_t longest) {
    const auto it = object.find(field);
    if (it != object.end() && it->is_string()) {
        const auto& value = it->get_ref<const std::string&>();
        const auto count = charactersOf(value);
        if (count && *count <= longest) return value;
    }
    wrong(pointer + "/" + field,
          fmt::format("must be a text of at most {} characters, none of them NUL.", longest));
    return "";
}

std::vector<Body::Entry> Body::objects(const Json& object, const std::string& pointer,
                                       const char* field, std::size_t most) {
    const auto it = object.find(field);
    std::vector<Entry> out;
    if (it == object.end() || !it->is_array() || it->empty() || it->size() > most) {
        wrong(pointer + "/" + field, fmt::format("must be a list of 1 to {} entries.", most));
        return out;
    }
    for (std::size_t i = 0; i < it->size(); ++i) {
        auto at = fmt::format("{}/{}/{}", pointer, field, i);
        if ((*it)[i].is_object()) {
            out.push_back({(*it)[i], std::move(at)});
        } else {
            wrong(at, "must be an object.");
        }
    }
    return out;
}

void Body::noOthers(const Json& object, const std::string& pointer,
                    std::initializer_list<const char*> known) {
    for (const auto& [name, value] : object.items())
        if (std::none_of(known.begin(), known.end(), [&](const char* k) { return name == k; }))
            wrong(pointer + "/" + escaped(name), "is not a field of this.");
}

void Body::check() const {
    if (!m_shortfalls.empty()) throw Problem::invalid(m_shortfalls);
}

}  // namespace tenfold::api
