// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "simulator/cli/commands.h"
#include "simulator/cli/exit_code.h"
#include "simulator/cli/hop_residuals.h"
#include "simulator/cli/interrupt.h"
#include "simulator/cli/measure_hops.h"
#include "simulator/cli/output_file.h"
#include "simulator/cli/profile_tables.h"
#include "simulator/cli/progress.h"
#include "simulator/cli/record_operations.h"
#include "simulator/measure/clock.h"
#include "simulator/mechanisms/catalogue.h"
#include "simulator/system/hop_overheads.h"
#include "simulator/system/operation_profile_file.h"
#include "simulator/system/statement_plans.h"

namespace tenfold::cli {

namespace fs = std::filesystem;
using nlohmann::json;
using system::HopOverheads;
using system::OperationProfile;
using system::OperationProfileFile;
using system::StatementPlans;

namespace {

// Use of the host by others that shows in the figures.
constexpr double kQuietCores = 0.2;

/// The page size that --set asks for; nothing without one. Everything else is a problem: switches
/// are all recorded, and no other parameter changes what a request takes.
std::optional<int> pageSizeFrom(const std::vector<std::string>& set, scenario::Problems& problems) {
    const auto& catalogue = mechanisms::catalogue();
    auto design = scenario::Design::naive(catalogue);
    for (const auto& assignment : set) {
        if (assignment.rfind("pagination.page_size=", 0) == 0) {
            design.set(assignment, catalogue, problems);
        } else {
            problems.add("--set", "\"" + assignment + "\"", "pagination.page_size=1 to 100");
        }
    }
    if (set.empty()) return std::nullopt;
    return static_cast<int>(std::lround(design.parameter("pagination", "page_size")));
}

json readJson(const fs::path& file) {
    std::ifstream in(file);
    return json::parse(in, nullptr, false);
}

void failUnless(bool isGood, const fs::path& file, const std::string& why) {
    if (!isGood)
        throw std::runtime_error(fmt::format("{}: cannot be written: {}", file.string(), why));
}

/// Before the work, so that nobody waits for it in vain.
void checkWritable(const fs::path& file) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    failUnless(!error, file, error.message());
    const std::string why = whyNotWritable(file);
    failUnless(why.empty(), file, why);
}

void write(const fs::path& file, const std::string& text) {
    const std::string why = writeFile(file, text);
    failUnless(why.empty(), file, why);
}

/// What one part of the command has made.
struct Part {
    json content;
    std::string file;
    double seconds = 0;

    json summary() const { return {{"file", file}, {"seconds", std::round(seconds * 10) / 10}}; }
};

/// Runs a step under a progress bar and times it.
template <typename Step>
Part timed(const fs::path& file, Step step) {
    Part part;
    part.file = file;
    checkWritable(file);
    const auto start = measure::monotonicNow();
    Progress progress(Progress::kindOfStderr());
    part.content = step([&](double done, const std::string& text) { progress.show(done, text); });
    part.seconds = static_cast<double>(measure::monotonicNow() - start) / 1e9;
    return part;
}

Part profileOperations(const fs::path& file, std::optional<int> pageSize) {
    json plans;
    Part part = timed(file, [&](const StepProgress& p) {
        auto recorded = recordOperations(pageSize, p);
        plans = std::move(recorded.plans);
        return std::move(recorded.profile);
    });
    // Page sizes that were recorded before are kept.
    const json before = readJson(fs::exists(file) ? file : OperationProfile::shippedFile());
    json whole = part.content;
    if (before.is_object() && (pageSize || fs::exists(file)))
        whole = OperationProfileFile::merged(before, part.content);
    write(file, OperationProfileFile::textOf(whole));
    OperationProfile check(file);
    // They depend on nothing of this host: whoever ships the one file ships the other.
    const fs::path plansFile = file.parent_path() / StatementPlans::shippedFile().filename();
    write(plansFile, plans.dump(1) + "\n");
    StatementPlans checkPlans(plansFile);
    return part;
}

Part profileHops(const fs::path& file, double seconds) {
    Part part = timed(file, [&](const StepProgress& p) { return measureHops(seconds, p); });
    write(file, hopsText(part.content));
    HopOverheads check(file);
    return part;
}

}  // namespace

int profileCommand(const ProfileFlags& flags) {
    scenario::Problems problems;
    const auto pageSize = pageSizeFrom(flags.set, problems);
    if (!problems.empty()) {
        fmt::print(stderr, "{}\n", problems.joined());
        return kBadInput;
    }
    catchInterrupts();
    const auto in = [&](const fs::path& usual) {
        return flags.folder.empty() ? usual : fs::path(flags.folder) / usual.filename();
    };
    json out = json::object();
    if (flags.only != "hops") {
        const Part part = profileOperations(in(OperationProfile::userFile()), pageSize);
        out["operations"] = part.summary();
        if (!flags.isJson)
            fmt::print("what each request takes, recorded in {:.0f} s: {}\n{}\n", part.seconds,
                       part.file, operationsTable(part.content));
    }
    if (flags.only != "operations" && !pageSize) {
        const Part part = profileHops(in(HopOverheads::userFile()), flags.seconds);
        out["hops"] = part.summary();
        out["hops"]["measured"] = part.content;
        if (!flags.isJson)
            fmt::print("what each hop adds on this host, measured in {:.0f} s: {}\n{}",
                       part.seconds, part.file, hopsTable(part.content));
        const double others = part.content.value("others_load_cores_at_start", 0.0);
        if (others > kQuietCores)
            fmt::print(stderr,
                       "others used {:.1f} cores when it began: on a quiet host hops take less\n",
                       others);
    }
    if (flags.isJson) fmt::print("{}\n", out.dump());
    return kHeld;
}

}  // namespace tenfold::cli
