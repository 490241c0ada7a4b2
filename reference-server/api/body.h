// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "reference-server/api/problem.h"

namespace tenfold::api {

/// A JSON body, checked field by field; every shortfall is a Problem 400 that names the field.
class Body {
public:
    explicit Body(const std::string& text) : m_json(nlohmann::json::parse(text, nullptr, false)) {
        if (!m_json.is_object()) throw Problem::badRequest("The body must be a JSON object.");
    }
    explicit Body(nlohmann::json object) : m_json(std::move(object)) {
        if (!m_json.is_object()) throw Problem::badRequest("Each line must be a JSON object.");
    }

    std::int64_t integer(const char* field, std::int64_t least, std::int64_t most) const {
        const auto it = m_json.find(field);
        if (it == m_json.end() || !it->is_number_integer() || it->get<std::int64_t>() < least ||
            it->get<std::int64_t>() > most)
            throw Problem::badRequest(std::string(field) + " must be a whole number from " +
                                      std::to_string(least) + " to " + std::to_string(most) + ".");
        return it->get<std::int64_t>();
    }
    std::string text(const char* field, std::size_t longest) const {
        const auto it = m_json.find(field);
        if (it == m_json.end() || !it->is_string() || it->get<std::string>().size() > longest)
            throw Problem::badRequest(std::string(field) + " must be a text of at most " +
                                      std::to_string(longest) + " bytes.");
        return it->get<std::string>();
    }
    const nlohmann::json& array(const char* field, std::size_t most) const {
        const auto it = m_json.find(field);
        if (it == m_json.end() || !it->is_array() || it->empty() || it->size() > most)
            throw Problem::badRequest(std::string(field) + " must be a list of 1 to " +
                                      std::to_string(most) + " entries.");
        return *it;
    }

private:
    nlohmann::json m_json;
};

}  // namespace tenfold::api
