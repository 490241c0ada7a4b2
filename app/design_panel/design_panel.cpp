// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/design_panel/design_panel.h"

#include <QGridLayout>
#include <QScrollArea>
#include <algorithm>
#include <cmath>

#include "app/twin/prediction_words.h"

namespace tenfold::app {

namespace {

scenario::Tier tierOf(double users) {
    const double decades = std::log10(users);
    if (decades < 4.5) return scenario::Tier::queries10k;
    if (decades < 5.5) return scenario::Tier::infrastructure100k;
    return scenario::Tier::architecture1M;
}

QLabel* sectionHead(const QString& text) {
    auto* label = makeLabel(text, TextRole::tiny, "muted");
    label->setContentsMargins(4, 10, 0, 2);
    return label;
}

}  // namespace

DesignPanel::DesignPanel(RunModel& run, const Predictions& predictions, const ThemeSource& theme,
                         QWidget* parent)
    : QFrame(parent), m_run(run), m_predictions(predictions) {
    setProperty("kind", "card");
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(6, 12, 4, 8);
    outer->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(10, 0, 10, 0);
    head->addWidget(makeLabel(tr("Design"), TextRole::title));
    m_caption = new ElidedLabel;
    m_caption->setFont(fontFor(TextRole::small));
    m_caption->setProperty("kind", "faint");
    m_caption->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    head->addWidget(m_caption, 1);
    outer->addLayout(head);

    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(4, 0, 4, 0);
    layout->setSpacing(6);
    addGroups(layout, theme);
    addFaults(layout);
    addMachines(layout);
    layout->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    outer->addWidget(scroll, 1);

    connect(&m_run, &RunModel::scenarioChanged, this, &DesignPanel::refresh);
    connect(&m_run, &RunModel::phaseChanged, this, &DesignPanel::refresh);
    connect(&m_run, &RunModel::restarted, this, &DesignPanel::refresh);
    connect(&m_run, &RunModel::ticked, this, &DesignPanel::refreshFigures);
    connect(&m_predictions, &Predictions::changed, this, &DesignPanel::refreshPredictions);
    refresh();
    refreshPredictions();
}

void DesignPanel::addGroups(QVBoxLayout* layout, const ThemeSource& theme) {
    using scenario::Tier;
    for (const Tier tier :
         {Tier::queries10k, Tier::infrastructure100k, Tier::architecture1M, Tier::principles}) {
        Group group{tier, nullptr, nullptr, {}};
        for (const auto& spec : m_run.catalogue().specs()) {
            if (spec.tier != tier) continue;
            auto* row = new MechanismRow(spec, theme);
            group.rows.push_back(row);
            m_rows.push_back(row);
            connect(row, &MechanismRow::changed, this,
                    [this, id = spec.id](const scenario::Setting& setting) {
                        m_run.changeMechanism(id, setting);
                    });
        }
        // A group that is not built yet is absent.
        if (group.rows.empty()) continue;
        const auto title = scenario::titleOf(tier);
        group.header = new GroupHeader(
            QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size())), theme);
        group.body = new QWidget;
        auto* body = new QVBoxLayout(group.body);
        body->setContentsMargins(0, 0, 0, 4);
        body->setSpacing(2);
        for (auto* row : group.rows) body->addWidget(row);
        connect(group.header, &GroupHeader::toggled, group.body, &QWidget::setVisible);
        group.body->setVisible(false);
        layout->addWidget(group.header);
        layout->addWidget(group.body);
        m_groups.push_back(std::move(group));
    }
}

void DesignPanel::addFaults(QVBoxLayout* layout) {
    layout->addWidget(sectionHead(tr("FAULTS")));
    auto* grid = new QGridLayout;
    grid->setSpacing(6);
    int i = 0;
    for (const auto& name : scenario::faultNames()) {
        auto* button = new QPushButton(QString::fromStdString(scenario::titleOfFault(name)));
        button->setFont(fontFor(TextRole::small));
        // A countdown must not widen the column.
        button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        connect(button, &QPushButton::clicked, this, [this, name] { m_run.startFault(name); });
        grid->addWidget(button, i / 2, i % 2);
        ++i;
        m_faults[name] = button;
    }
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    layout->addLayout(grid);
}

void DesignPanel::addMachines(QVBoxLayout* layout) {
    layout->addWidget(sectionHead(tr("BIGGER MACHINES")));
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    const auto add = [&](const QString& text, const QString& tip, int factor,
                         int scenario::Machines::*member) {
        auto* button = new QPushButton(text);
        button->setFont(fontFor(TextRole::small));
        button->setCheckable(true);
        button->setToolTip(tip);
        connect(button, &QPushButton::clicked, this, [this, factor, member](bool on) {
            auto machines = m_run.scenario().machines;
            machines.*member = on ? factor : 1;
            m_run.changeMachines(machines);
        });
        row->addWidget(button, 1);
        return button;
    };
    m_instances = add(tr("2 × instances"), tr("Twice as many API instances."), 2,
                      &scenario::Machines::instanceFactor);
    m_database = add(tr("4 × database"), tr("Four times as many cores for each database."), 4,
                     &scenario::Machines::databaseCoreFactor);
    layout->addLayout(row);
}

void DesignPanel::openCurrentTier() {
    const double users = m_run.scenario().workload.dailyActiveUsers;
    if (users == m_usersShown) return;
    m_usersShown = users;
    for (const auto& group : m_groups) group.header->setChecked(group.tier == tierOf(users));
}

void DesignPanel::focusFirstSwitch() {
    for (const auto& group : m_groups)
        if (group.header->isChecked()) {
            group.rows.front()->control()->setFocus(Qt::ShortcutFocusReason);
            return;
        }
    if (!m_groups.empty()) m_groups.front().header->setFocus(Qt::ShortcutFocusReason);
}

void DesignPanel::refresh() {
    openCurrentTier();
    const auto& scenario = m_run.scenario();
    for (auto* row : m_rows) row->show(scenario.design.of(row->spec().id));
    for (const auto& group : m_groups) {
        const auto on = std::count_if(group.rows.begin(), group.rows.end(),
                                      [](const MechanismRow* r) { return r->isOn(); });
        group.header->setCount(tr("%1 of %2 on").arg(on).arg(group.rows.size()));
    }
    m_instances->setChecked(scenario.machines.instanceFactor > 1);
    m_database->setChecked(scenario.machines.databaseCoreFactor > 1);
    refreshFigures();
}

void DesignPanel::refreshFigures() {
    for (auto* row : m_rows) row->showEffect(m_run.effects().of(row->spec().id));
    const bool isRunning = m_run.phase() == engine::Phase::running;
    for (const auto& [name, button] : m_faults) {
        const double left = m_run.faultLeftS(name);
        const auto title = QString::fromStdString(scenario::titleOfFault(name));
        const QString seconds = tr(" %1 s").arg(std::ceil(left), 0, 'f', 0);
        const auto metrics = button->fontMetrics();
        const int room = button->width() - metrics.horizontalAdvance(seconds) - 20;
        const QString text =
            left > 0 ? metrics.elidedText(title, Qt::ElideRight, room) + seconds : title;
        button->setAccessibleName(title);
        if (button->text() != text) button->setText(text);
        setKind(button, left > 0 ? "active" : "");
        // It needs something to go wrong with.
        const auto& design = m_run.scenario().design;
        QString missing;
        if (name == "kill_replica" && design.is("read_replicas", "0"))
            missing = tr("There is no read replica.");
        if ((name == "kill_cache" || name == "flush_cache") && design.is("shared_cache", "off"))
            missing = tr("There is no shared cache.");
        const bool canStart = isRunning && left <= 0 && missing.isEmpty();
        button->setEnabled(canStart || left > 0);
        button->setToolTip(
            canStart || left > 0
                ? tr("For %1 s; it ends by itself.").arg(RunModel::kFaultS, 0, 'f', 0)
            : isRunning ? missing
                        : tr("Faults need users: press Run first."));
    }
}

QString DesignPanel::bestOf(const Group& group) const {
    // The one clear improvement that helps most: fewest failures, then the shortest wait.
    const Digest* best = nullptr;
    QString text;
    for (const auto* row : group.rows)
        for (const auto& value : row->spec().values) {
            const auto* digest = m_predictions.find(row->spec().id, value.id);
            if (!digest || !digest->isHelpful()) continue;
            const auto badness = [](const Digest& d) {
                return std::pair(std::round(d.failedRatio.value * 1000), d.p99Ms.value);
            };
            if (best && badness(*digest) >= badness(*best)) continue;
            best = digest;
            const auto words = lineFor(m_predictions, row->spec(), value.id).text;
            text = tr("best left: %1 → %2, %3")
                       .arg(QString::fromStdString(row->spec().title).toLower(),
                            QString::fromStdString(value.title).toLower(), words);
        }
    return text;
}

void DesignPanel::refreshPredictions() {
    using State = Predictions::State;
    const State state = m_predictions.state();
    const QString why = m_predictions.why();
    m_caption->setText(state == State::off       ? tr("no predictions")
                       : state == State::loading ? tr("reading profiles …")
                                                 : tr("predictions, simulated"));
    if (state == State::off) {
        m_caption->setToolTip(why);
    } else if (m_caption->toolTip() != m_caption->text()) {
        m_caption->setToolTip({});
    }
    const auto& design = m_run.scenario().design;
    for (auto* row : m_rows)
        row->showPredictions(linesFor(m_predictions, row->spec(), design.of(row->spec().id)));
    for (const auto& group : m_groups) group.header->setHint(bestOf(group));
    refreshMachines();
}

void DesignPanel::refreshMachines() {
    const std::pair<QPushButton*, QString> buttons[] = {
        {m_instances, tr("Twice as many API instances.")},
        {m_database, tr("Four times the cores of the primary.")}};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto* digest = m_predictions.machines(i);
        const QString predicted =
            digest ? "\n" + QString::fromUtf8(digest->words.data()) + "\n" + intervalWords(*digest)
                   : QString();
        buttons[i].first->setToolTip(buttons[i].second + predicted);
    }
}

}  // namespace tenfold::app
