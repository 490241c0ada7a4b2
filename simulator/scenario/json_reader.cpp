// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace tenfold::scenario {

using nlohmann::json;

std::string shown(const json& v) {
    constexpr std::size_t kLongest = 40;
    std::string text = v.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() <= kLongest) return text;
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "…";
}

std::string joined(const std::vector<std::string>& all) {
    std::string out;
    for (const auto& s : all) out += (out.empty() ? "" : ", ") + s;
    return out;
}

JsonReader::JsonReader(const json& j, std::string path, Problems& problems)
    : m_json(j), m_path(std::move(path)), m_problems(problems) {
    if (!j.is_object()) problems.add(m_path, shown(j), "an object");
}

void JsonReader::number(const char* key, double& out, double least, double most) {
    const json* v = take(key);
    if (!v) return;
    if (!v->is_number() || !(v->get<double>() >= least && v->get<double>() <= most))
        m_problems.add(at(key), shown(*v), fmt::format("a number from {:g} to {:g}", least, most));
    else
        out = v->get<double>();
}

void JsonReader::notWhole(const char* key, double value) {
    m_problems.add(at(key), fmt::format("{:g}", value), "a whole number");
}

void JsonReader::text(const char* key, std::string& out, std::size_t longest) {
    const json* v = take(key);
    if (!v) return;
    if (!v->is_string() || v->get<std::string>().size() > longest)
        m_problems.add(at(key), shown(*v), fmt::format("a text of at most {} bytes", longest));
    else
        out = v->get<std::string>();
}

void JsonReader::texts(const char* key, std::vector<std::string>& out, std::size_t most) {
    list(key, most, [&](const json& v, const std::string& path) {
        if (v.is_string())
            out.push_back(v.get<std::string>());
        else
            m_problems.add(path, shown(v), "a text");
    });
}

void JsonReader::child(const char* key,
                       const std::function<void(const json&, const std::string&)>& read) {
    if (const json* v = take(key)) read(*v, at(key));
}

void JsonReader::list(const char* key, std::size_t most,
                      const std::function<void(const json&, const std::string&)>& read) {
    const json* v = take(key);
    if (!v) return;
    if (!v->is_array() || v->size() > most) {
        m_problems.add(at(key), v->is_array() ? fmt::format("{} entries", v->size()) : shown(*v),
                       fmt::format("a list of at most {}", most));
        return;
    }
    for (std::size_t i = 0; i < v->size(); ++i) read((*v)[i], fmt::format("{}[{}]", at(key), i));
}

void JsonReader::require(const char* key, const std::string& allowed) {
    if (m_json.is_object() && !m_json.contains(key)) m_problems.add(at(key), "nothing", allowed);
}

void JsonReader::finish() {
    if (!m_json.is_object()) return;
    for (const auto& [key, value] : m_json.items())
        if (std::find(m_known.begin(), m_known.end(), key) == m_known.end())
            m_problems.add(at(key), "an unknown key", joined(m_known));
}

const json* JsonReader::take(const char* key) {
    m_known.emplace_back(key);
    if (!m_json.is_object()) return nullptr;
    const auto it = m_json.find(key);
    return it == m_json.end() ? nullptr : &*it;
}

json jsonFromFile(const std::filesystem::path& file) {
    constexpr std::uintmax_t kLongestBytes = 1 << 20;
    Problems problems(file.string());
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) {
        problems.add("cannot be read: " + error.message());
        throw InputError(problems);
    }
    if (size > kLongestBytes) {
        problems.add(fmt::format("is {} bytes long; allowed: at most {}", size, kLongestBytes));
        throw InputError(problems);
    }
    std::ifstream in(file);
    if (!in) {
        problems.add("cannot be read: " + std::generic_category().message(errno));
        throw InputError(problems);
    }
    json j;
    try {
        // Whoever writes a value recurses: a megabyte of brackets would be the end of the stack.
        const int kDeepest = 16;
        j = json::parse(in, [kDeepest](int depth, json::parse_event_t, json&) {
            if (depth > kDeepest)
                throw std::length_error(fmt::format("nested more than {} deep", kDeepest));
            return true;
        });
    } catch (const json::parse_error& e) {
        problems.add(fmt::format("is not JSON, at byte {}: {}", e.byte, e.what()));
    } catch (const std::exception& e) {  // a number beyond all bounds, too many brackets
        problems.add(std::string("cannot be read: ") + e.what());
    }
    if (!problems.empty()) throw InputError(problems);
    return j;
}

}  // namespace tenfold::scenario
