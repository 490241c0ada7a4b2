// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "simulator/cli/agreement_command.h"
#include "simulator/cli/checklist_commands.h"
#include "simulator/cli/commands.h"
#include "simulator/cli/exit_code.h"
#include "simulator/cli/study_commands.h"

namespace {

using namespace tenfold::cli;  // NOLINT: the program's own main

void addDesignFlags(CLI::App* command, ScenarioFlags& flags) {
    command->add_option("--tier", flags.tier, "10k, 100k, 1M or a number of daily users");
    command->add_option("--set", flags.set, "a switch: ID=VALUE or ID.PARAM=VALUE");
    command->add_option("--hardware", flags.hardware, "a profile by name, or native");
    command->add_option("--instances-times", flags.instancesTimes,
                        "bigger machines: instances × N");
    command->add_option("--database-times", flags.databaseTimes,
                        "bigger machines: database cores × N");
    command->add_option("--real", flags.real,
                        "the component itself in place of our node: database, pooler, cache");
    command->add_option("--seed", flags.seed, "for arrivals, endpoints and keys");
}

void addScenarioFlags(CLI::App* command, ScenarioFlags& flags) {
    command->add_option("scenario", flags.scenario,
                        "a file or a shipped scenario (default: sound)");
    addDesignFlags(command, flags);
}

void addEngineFlag(CLI::App* command, EngineKind& engine) {
    const std::map<std::string, EngineKind> names{{"live", EngineKind::live},
                                                  {"sim", EngineKind::sim}};
    command->add_option("--engine", engine, "live: real processes (default); sim: their twin")
        ->transform(CLI::CheckedTransformer(names).description("{live,sim}"));
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Tenfold without a screen: run a real API under a real load, and see what breaks."};
    app.set_version_flag("--version", TENFOLD_VERSION);
    app.require_subcommand(1);

    RunFlags run;
    auto* runApp = app.add_subcommand("run", "run a scenario and say whether it holds");
    addScenarioFlags(runApp, run.scenario);
    runApp->add_option("--duration", run.scenario.duration, "30s, 2min");
    runApp->add_option("--fault", run.scenario.faults, "NAME@10s+20s");
    runApp->add_option("--json", run.jsonFile, "write everything to this file");
    runApp->add_option("--csv", run.csvFile, "write one line for each 250 ms to this file");
    runApp->add_option("--assert", run.asserts, "p99<300ms, failed<0.1%, …");
    addEngineFlag(runApp, run.engine);

    ScenarioFlags up;
    bool isJson = false;
    auto* upApp = app.add_subcommand("up", "start the system without load, until Ctrl-C");
    addScenarioFlags(upApp, up);
    upApp->add_flag("--json", isJson);

    auto* mechanisms = app.add_subcommand("mechanisms", "every switch, its values, gain and price");
    mechanisms->add_flag("--json", isJson);
    auto* scenarios = app.add_subcommand("scenarios", "the shipped scenarios");
    scenarios->add_flag("--json", isJson);
    auto* hardware = app.add_subcommand("hardware", "the hardware profiles with their sources");
    hardware->add_flag("--json", isJson);

    std::string lookDuration = "20s";
    auto* look = app.add_subcommand("first-look", "naive and sound at 10k, side by side");
    look->add_option("--duration", lookDuration, "for each of the two");

    ProfileFlags profile;
    auto* profileApp = app.add_subcommand(
        "profile", "record what requests take and what hops add, for the simulation");
    profileApp->add_option("--set", profile.set,
                           "pagination.page_size=N: adds what requests take at that page size");
    profileApp->add_option("--only", profile.only, "operations or hops")
        ->check(CLI::IsMember({"operations", "hops"}));
    profileApp->add_option("--folder", profile.folder,
                           "where to put the files (default: the user's cache folder)");
    profileApp->add_option("--seconds", profile.seconds, "of each of the six measurements of hops")
        ->check(CLI::Range(1, 600));
    profileApp->add_flag("--json", profile.isJson);

    ScenarioFlags asked;
    auto* whatIf = app.add_subcommand("what-if", "what flipping each switch would do, by the twin");
    addScenarioFlags(whatIf, asked);
    whatIf->add_flag("--json", isJson);
    auto* knee = app.add_subcommand("knee", "the most users a design holds, by the twin");
    addScenarioFlags(knee, asked);
    knee->add_flag("--json", isJson);

    ChecklistFlags checklist;
    const auto addChecklistFlags = [&](CLI::App* command) {
        addScenarioFlags(command, checklist.scenario);
        command->add_option("--incidents", checklist.incidents, "a table of incidents of your own");
        command->add_option("--json", checklist.jsonFile, "write everything to this file");
    };
    auto* smallest = app.add_subcommand(
        "smallest", "the smallest designs that hold your users, and a checklist of your own");
    addChecklistFlags(smallest);
    auto* checklistApp = app.add_subcommand(
        "checklist", "what 10k, 100k and 1M users need, derived and held against the article");
    addChecklistFlags(checklistApp);
    checklistApp->add_flag("--perturb", checklist.isPerturbed,
                           "derive it again with each cost halved and one and a half times");

    CompareFlags compare;
    auto* compareApp = app.add_subcommand("compare", "two scenarios or recorded runs");
    compareApp->add_option("a", compare.a, "a scenario, or a file of run --json")->required();
    compareApp->add_option("b", compare.b, "what it is compared with")->required();
    addDesignFlags(compareApp, compare.both);
    compareApp->add_option("--duration", compare.both.duration, "30s, 2min; of each run");
    addEngineFlag(compareApp, compare.engine);
    compareApp->add_flag("--json", compare.isJson);

    std::string model;
    auto* station = app.add_subcommand("station", "simulate a queueing network from a file");
    station->add_option("--file", model, "the network, as JSON")->required();
    station->add_flag("--json", isJson);

    std::uint64_t events = 20'000'000;
    auto* bench = app.add_subcommand("bench", "how fast the simulator is");
    bench->require_subcommand(1);
    auto* benchKernel = bench->add_subcommand("kernel", "three stations, as events a second");
    benchKernel->add_option("--events", events, "how many to simulate");

    AgreementFlags agreement;
    auto* agreementApp = app.add_subcommand(
        "agreement", "how far twin and measurement agree, over a grid of designs");
    agreementApp->add_option("--tiers", agreement.tiers, "10k,100k,1M");
    agreementApp->add_option("--designs", agreement.designs,
                             "only designs whose name has one of these in it");
    agreementApp->add_option("--repeats", agreement.repeats, "live runs of each cell");
    agreementApp->add_option("--duration", agreement.duration, "of each run");
    agreementApp->add_option("--json", agreement.jsonFile, "write everything to this file");
    agreementApp->add_flag("--real", agreement.isReal,
                           "against PostgreSQL, PgBouncer and Redis, at 30, 60 and 80 % load");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        const int code = app.exit(e);
        return code == 0 ? kHeld : kBadInput;
    }
    try {
        if (*runApp) return runCommand(run);
        if (*upApp) return upCommand(up, isJson);
        if (*mechanisms) return mechanismsCommand(isJson);
        if (*scenarios) return scenariosCommand(isJson);
        if (*hardware) return hardwareCommand(isJson);
        if (*look) return firstLookCommand(lookDuration);
        if (*profileApp) return profileCommand(profile);
        if (*agreementApp) return agreementCommand(agreement);
        if (*whatIf) return whatIfCommand(asked, isJson);
        if (*smallest) return smallestCommand(checklist);
        if (*checklistApp) return checklistCommand(checklist);
        if (*knee) return kneeCommand(asked, isJson);
        if (*compareApp) return compareCommand(compare);
        if (*station) return stationCommand(model, isJson);
        if (*benchKernel) return benchKernelCommand(events);
    } catch (const std::exception& e) {
        fmt::print(stderr, "{}\n", e.what());
        return kNotTrusted;
    }
    return kBadInput;
}
