// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/status_line.h"

#include <QHBoxLayout>
#include <cmath>

#include "app/theme/words.h"

namespace tenfold::app {

namespace {
// From here on percentiles rest on their full window.
constexpr judge::Trust kTrust{};
// The twin is a slot or two behind always: it waits for the live one to end.
constexpr double kBehindS = 2;

QString hardwareName(const scenario::Scenario& s) {
    if (s.hardware == "native") return QObject::tr("native: nothing emulated");
    if (s.hardware != "tier") return QString::fromStdString(s.hardware);
    return QObject::tr("as the tier, emulated");
}

/// "0.4 ms ✔", and orange with a sign once it is past its limit.
void showChecked(QLabel* label, const QString& name, const QString& value, bool isKnown,
                 bool isFine) {
    setTextIfNew(label, name + (isKnown ? " " + value + (isFine ? " ✔" : " ▲") : " –"));
    setKind(label, isKnown && !isFine ? "bad" : "muted");
}
}  // namespace

StatusLine::StatusLine(RunModel& run, QWidget* parent) : QFrame(parent), m_run(run) {
    setObjectName("statusLine");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(18, 3, 14, 3);
    layout->setSpacing(22);
    const auto add = [&](const QString& tip) {
        auto* label = makeLabel({}, TextRole::small, "muted");
        label->setToolTip(tip);
        layout->addWidget(label);
        return label;
    };
    m_phase = add(tr("Real processes on this computer."));
    m_lag = add(tr("How late the load generator sent, p99. Beyond %1 ms the verdict is withheld.")
                    .arg(kTrust.generatorLagP99Ms));
    m_overrun = add(tr("Actual minus due reply time of the emulated nodes, p99. Beyond %1 ms the "
                       "verdict is withheld.")
                        .arg(kTrust.overrunP99Ms));
    m_host =
        add(tr("Share of this computer's cores in use. Beyond %1 % with an overrun above %2 ms the "
               "verdict is withheld: a full host alone distorts nothing.")
                .arg(kTrust.hostCpu * 100)
                .arg(kTrust.busyOverrunP99Ms));
    m_twin = add({});
    m_hardware = new QPushButton;
    m_hardware->setProperty("kind", "link");
    m_hardware->setFont(fontFor(TextRole::small));
    m_hardware->setCursor(Qt::PointingHandCursor);
    m_hardware->setToolTip(tr("Every number, and where it comes from"));
    connect(m_hardware, &QPushButton::clicked, this,
            [this] { openHardwarePopover(m_run, m_hardware, window()); });
    layout->addWidget(m_hardware);
    m_settling = new ElidedLabel;
    m_settling->setFont(fontFor(TextRole::small));
    m_settling->setProperty("kind", "muted");
    m_settling->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(m_settling, 1);
    m_messageEnd.setSingleShot(true);
    connect(&m_messageEnd, &QTimer::timeout, this, [this] {
        m_message.clear();
        refresh();
    });
    connect(&m_run, &RunModel::ticked, this, &StatusLine::refresh);
    connect(&m_run, &RunModel::phaseChanged, this, &StatusLine::refresh);
    connect(&m_run, &RunModel::scenarioChanged, this, &StatusLine::refresh);
    connect(&m_run, &RunModel::restarted, this, &StatusLine::refresh);
    connect(&m_run, &RunModel::engineChanged, this, &StatusLine::refresh);
    refresh();
}

void StatusLine::say(const QString& message) {
    m_message = message;
    m_messageEnd.start(8'000);
    refresh();
}

void StatusLine::refresh() {
    using engine::Phase;
    const Phase phase = m_run.phase();
    const char* words[] = {"○ not started", "◌ starting", "● live",
                           "❚❚ paused",     "◌ stopping", "✖ failed"};
    const bool isSimulated = m_run.isSimulated();
    const bool isRunning = phase == Phase::running;
    setTextIfNew(m_phase, isSimulated && isRunning
                              ? tr("● simulated")
                              : QString::fromUtf8(words[static_cast<std::size_t>(phase)]));
    m_phase->setToolTip(isSimulated ? tr("No processes: every figure comes from the twin.")
                                    : tr("Real processes on this computer."));
    setKind(m_phase, phase == Phase::running ? "good" : phase == Phase::failed ? "bad" : "muted");
    const Figures& f = m_run.figures();
    const double lag = f.lagP99Ms.value_or(0);
    const double overrun = f.overrunP99Ms.value_or(0);
    showChecked(m_lag, tr("generator lag p99"), milliseconds(lag), f.lagP99Ms.has_value(),
                lag <= kTrust.generatorLagP99Ms);
    showChecked(m_overrun, tr("overrun p99"), milliseconds(overrun), f.overrunP99Ms.has_value(),
                overrun <= kTrust.overrunP99Ms);
    // Of a measurement only: a simulation is never late.
    m_lag->setVisible(!isSimulated);
    m_overrun->setVisible(!isSimulated && !m_run.isNative());
    m_host->setVisible(!isSimulated);
    showChecked(m_host, tr("host CPU"), tr("%1 %").arg(f.hostCpu * 100, 0, 'f', 0),
                !m_run.history().empty(),
                f.hostCpu <= kTrust.hostCpu || overrun <= kTrust.busyOverrunP99Ms);
    refreshTwin();
    const QString hardware = tr("hardware: %1").arg(hardwareName(m_run.scenario()));
    if (m_hardware->text() != hardware) m_hardware->setText(hardware);

    QString note = m_message;
    const double left = m_run.settlingLeftS();
    if (note.isEmpty() && left > 0)
        note = tr("Settling after “%1”, %2 s. Numbers count from then.")
                   .arg(QString::fromStdString(m_run.history().lastChange()->text))
                   .arg(std::ceil(left), 0, 'f', 0);
    m_settling->setText(note);
}

void StatusLine::refreshTwin() {
    const bool isBoth = m_run.engineKind() == EngineKind::both;
    m_twin->setVisible(isBoth);
    if (!isBoth) return;
    const QString& trouble = m_run.twinTrouble();
    const auto error = m_run.twinP99();
    const double behindS =
        static_cast<double>(m_run.history().endSlot() - m_run.twinHistory().endSlot()) * kSlotS;
    // It gives way to everything else on this computer.
    const bool isBehind = !m_run.twinHistory().empty() && behindS > kBehindS;
    setKind(m_twin, trouble.isEmpty() ? "muted" : "bad");
    m_twin->setToolTip(!trouble.isEmpty() ? trouble
                       : isBehind
                           ? tr("The host is full: the twin gives way to what is measured.")
                           : tr("The simulated twin beside the live run, over the same window."));
    setTextIfNew(m_twin, !trouble.isEmpty() ? tr("twin ▲ it does not follow")
                         : isBehind         ? tr("twin: %1 s behind").arg(behindS, 0, 'f', 0)
                         : error            ? twinWords(tr("p99"), *error, milliseconds)
                                            : tr("twin: no p99 yet"));
}

}  // namespace tenfold::app
