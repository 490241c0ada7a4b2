// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/cli/commands.h"
#include "simulator/cli/exit_code.h"
#include "simulator/station/model_json.h"
#include "simulator/station/run.h"

namespace tenfold::cli {

int stationCommand(const std::string& file, bool isJson) {
    station::Model model;
    try {
        model = station::loadModel(file);
    } catch (const scenario::InputError& e) {
        fmt::print(stderr, "{}\n", e.what());
        return kBadInput;
    }
    try {
        const auto result = station::run(model);
        if (isJson) {
            fmt::print("{}\n", station::toJson(result, model).dump(2));
        } else {
            fmt::print("{}", station::toText(result, model));
        }
    } catch (const std::runtime_error& e) {
        fmt::print(stderr, "{}: {}\n", file, e.what());
        return kNotTrusted;
    }
    return kHeld;
}

}  // namespace tenfold::cli
