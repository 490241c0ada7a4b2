// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/verdict_strip.h"

#include <QHBoxLayout>
#include <QPainter>
#include <cmath>

#include "app/shell/shortcuts.h"
#include "app/topology/diagram_model.h"

namespace tenfold::app {

namespace {

QPixmap dotPixmap(const QColor& colour, bool isHollow, int size, double ratio) {
    QPixmap pixmap((QSizeF(size, size) * ratio).toSize());
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter p(&pixmap);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(colour, 2.2));
    p.setBrush(isHollow ? QBrush(Qt::NoBrush) : QBrush(colour));
    p.drawEllipse(QRectF(1.5, 1.5, size - 3, size - 3));
    return pixmap;
}

/// What helps against the commonest failures of a start; empty when the reason says enough.
QString whatToDoAbout(const QString& reason) {
    if (reason.contains("tenfold-server") && reason.contains("No such file"))
        return QObject::tr(" · script/run builds it.");
    if (reason.contains("No space left", Qt::CaseInsensitive))
        return QObject::tr(" · Free some space, then try again.");
    if (reason.contains("Permission denied"))
        return QObject::tr(" · Check who may use that file or folder, then try again.");
    if (reason.contains("died") || reason.contains("signal"))
        return QObject::tr(" · Trying again starts everything anew.");
    return {};
}

}  // namespace

VerdictStrip::VerdictStrip(RunModel& run, const Predictions& predictions, const ThemeSource& theme,
                           QWidget* parent)
    : QFrame(parent), m_run(run), m_theme(theme) {
    setObjectName("verdictStrip");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(20, 8, 18, 8);
    layout->setSpacing(10);
    m_dot = new QLabel;
    layout->addWidget(m_dot);
    m_headline = makeLabel({}, TextRole::title);
    layout->addWidget(m_headline);
    m_badge = makeLabel(tr("SIMULATED"), TextRole::tiny, "badge");
    layout->addWidget(m_badge);
    layout->addSpacing(8);
    m_sentence = new ElidedLabel;
    layout->addWidget(m_sentence, 1);
    m_dead = makeLabel({}, TextRole::strong, "bad");
    layout->addWidget(m_dead);
    m_retry = new QPushButton(tr("Try again"));
    connect(m_retry, &QPushButton::clicked, &m_run, &RunModel::toggleRun);
    layout->addWidget(m_retry);
    m_chips = new TierChips(predictions);
    layout->addWidget(m_chips);
    setMinimumHeight(m_retry->sizeHint().height() + 14);
    connect(&m_run, &RunModel::ticked, this, &VerdictStrip::refresh);
    connect(&m_run, &RunModel::phaseChanged, this, &VerdictStrip::refresh);
    connect(&m_run, &RunModel::restarted, this, &VerdictStrip::refresh);
    connect(&m_run, &RunModel::scenarioChanged, this, &VerdictStrip::refresh);
    connect(&m_run, &RunModel::engineChanged, this, &VerdictStrip::refresh);
    connect(&m_theme, &ThemeSource::changed, this, [this] {
        m_dot->clear();
        refresh();
    });
    refresh();
}

void VerdictStrip::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    m_chips->setNarrow(width() < charsWide(180));
}

void VerdictStrip::refresh() {
    using engine::Phase;
    const bool isFailed = m_run.phase() == Phase::failed;
    m_retry->setVisible(isFailed);
    m_badge->setVisible(m_run.isSimulated());
    setKind(this, isFailed ? "bad" : "");
    const QString dead = deadNodes();
    setTextIfNew(m_dead, dead);
    m_dead->setVisible(!dead.isEmpty());
    switch (m_run.phase()) {
        case Phase::idle:
            if (m_run.history().empty()) {
                say(Tone::calm, tr("No traffic yet"),
                    tr("Press Run (%1) to let the users in.").arg(keysText(Command::toggleRun)));
            } else {
                say(Tone::calm, tr("Ended"), tr("The run is over; its charts stay."));
            }
            break;
        case Phase::starting:
            say(Tone::calm, tr("Starting"),
                m_run.isSimulated()
                    ? tr("reading what the simulation is fed with …")
                    : tr("starting %1 processes …").arg(processesOf(m_run.scenario())));
            break;
        case Phase::stopping:
            say(Tone::calm, tr("Stopping"), tr("what is on its way may still arrive …"));
            break;
        case Phase::failed: {
            QString reason = m_run.failure().trimmed();
            reason.replace('\n', " · ");
            if (reason.isEmpty()) reason = tr("The engine gave no reason.");
            say(Tone::bad, tr("The run could not go on"), reason + whatToDoAbout(reason));
            break;
        }
        case Phase::paused:
            say(Tone::calm, tr("Paused"),
                tr("No load; the nodes are up. %1 lets the users back in.")
                    .arg(keysText(Command::toggleRun)));
            break;
        case Phase::running:
            sayVerdict();
            break;
    }
}

void VerdictStrip::sayVerdict() {
    const auto& v = m_run.verdict();
    const auto headline = QString::fromStdString(v.headline);
    const auto sentence = QString::fromStdString(v.sentence);
    switch (v.holds) {
        case judge::Holds::yes:
            // What fails has failed; what holds has to go on holding until the figures count.
            if (const double left = m_run.settlingLeftS(); left > 0)
                return say(Tone::calm, tr("Settling, %1 s").arg(std::ceil(left), 0, 'f', 0),
                           tr("so far: %1").arg(sentence));
            return say(Tone::good, headline, sentence);
        case judge::Holds::no:
            return say(Tone::bad, headline, sentence);
        case judge::Holds::withheld:
            return say(Tone::warn, headline, sentence);
        case judge::Holds::notYetKnown:
            return say(Tone::calm, headline, sentence);
    }
}

void VerdictStrip::say(Tone tone, const QString& headline, const QString& sentence) {
    const Theme& theme = m_theme.theme();
    const bool isNewTone = tone != m_tone || m_dot->pixmap().isNull();
    m_tone = tone;
    if (isNewTone) {
        const QColor colours[] = {theme.control, theme.good, theme.bad, theme.warn};
        const char* kinds[] = {"", "good", "bad", "warn"};
        const auto i = static_cast<std::size_t>(tone);
        m_dot->setPixmap(dotPixmap(colours[i], tone == Tone::calm,
                                   m_headline->fontMetrics().ascent(), devicePixelRatioF()));
        setKind(m_headline, kinds[i]);
    }
    setTextIfNew(m_headline, headline);
    m_sentence->setText(sentence);
}

QString VerdictStrip::deadNodes() const {
    QStringList dead;
    for (const auto& [id, node] : m_run.figures().window.nodes)
        if (!node.alive) dead << QString::fromStdString(id);
    if (dead.isEmpty() || m_run.topology().nodes.empty()) return {};
    return dead.size() == 1 ? tr("✕ %1 died").arg(dead.first())
                            : tr("✕ %1 nodes died").arg(dead.size());
}

}  // namespace tenfold::app
