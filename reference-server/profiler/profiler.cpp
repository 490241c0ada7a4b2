// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/profiler/profiler.h"

#include <thread>

#include "reference-server/profiler/recording.h"
#include "reference-server/supervisor/run_folder.h"

namespace tenfold::profiler {

using nlohmann::json;

int runProfiler(nodes::ControlChannel& control, const json& start) {
    std::atomic<bool> isOver{false};
    std::thread input([&] {
        control.run([](const json&) {});
        isOver = true;
    });
    try {
        control.emit({{"plans", plansJson()}});
        const supervisor::RunFolder folder;
        RecordingSettings s;
        s.dataset = data::ensureShop(data::cacheFolder());
        s.checksum = data::checksum(s.dataset);
        s.scratch = folder.path();
        s.seed = start.value("seed", s.seed);
        s.draws = start.value("draws", s.draws);
        s.most = start.value("most", s.most);
        s.pageSize = start.value("page_size", s.pageSize);
        s.onlyPaged = start.value("only_paged", s.onlyPaged);
        const auto operations =
            recordAll(s, isOver, [&](std::size_t done, std::size_t of, const std::string& next) {
                control.emit({{"progress", static_cast<double>(done) / static_cast<double>(of)},
                              {"text", next}});
            });
        control.emit({{"profile", toJson(operations, s)}});
    } catch (const std::exception& e) {
        control.emit({{"fatal", e.what()}});
    }
    input.join();
    return 0;
}

}  // namespace tenfold::profiler
