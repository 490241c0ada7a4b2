// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/record_operations.h"

#include "simulator/cli/child_lines.h"

namespace tenfold::cli {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {
// One combination; on a slow machine the dataset is built first.
constexpr auto kSilence = 120s;
}  // namespace

RecordedOperations recordOperations(std::optional<int> pageSize, const StepProgress& progress) {
    ChildLines profiler("tenfold-server", {"--role", "profiler"});
    json start = {{"cmd", "start"}};
    if (pageSize) start.update({{"page_size", *pageSize}, {"only_paged", true}});
    profiler.send(start);
    RecordedOperations recorded;
    while (true) {
        json line = profiler.next(kSilence);
        if (line.contains("plans")) recorded.plans = line["plans"];
        if (line.contains("profile")) {
            recorded.profile = line["profile"];
            return recorded;
        }
        if (line.contains("progress"))
            progress(line["progress"].get<double>(), line.value("text", ""));
    }
}

}  // namespace tenfold::cli
