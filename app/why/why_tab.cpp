// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/why/why_tab.h"

#include <QPushButton>
#include <QScrollArea>

#include "app/theme/words.h"
#include "app/twin/prediction_words.h"

namespace tenfold::app {

namespace {

void clear(QLayout* layout) {
    while (auto* item = layout->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
}

QLabel* wrapped(TextRole role, const char* kind) {
    auto* label = makeLabel({}, role, kind);
    label->setWordWrap(true);
    return label;
}

}  // namespace

WhyTab::WhyTab(RunModel& run, const Predictions& predictions, const FlipLedger& ledger,
               QWidget* parent)
    : QWidget(parent),
      m_run(run),
      m_predictions(predictions),
      m_ledger(ledger),
      m_agreement(study::readAgreement(study::defaultAgreementFile())) {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(18, 14, 16, 14);
    layout->setSpacing(6);
    m_title = wrapped(TextRole::title, "");
    layout->addWidget(m_title);
    m_text = wrapped(TextRole::body, "muted");
    layout->addWidget(m_text);
    m_figures = makeFrame("sunken");
    auto* rows = new QVBoxLayout(m_figures);
    rows->setContentsMargins(12, 8, 12, 8);
    rows->setSpacing(5);
    layout->addSpacing(6);
    layout->addWidget(m_figures);
    layout->addSpacing(6);
    m_tryHead = new QWidget;
    auto* tryRow = new QHBoxLayout(m_tryHead);
    tryRow->setContentsMargins(0, 0, 0, 0);
    tryRow->addWidget(makeLabel(tr("Try next"), TextRole::strong, "muted"));
    tryRow->addStretch(1);
    m_tryCaption = makeLabel(tr("predicted, 90 % interval"), TextRole::small, "faint");
    tryRow->addWidget(m_tryCaption);
    layout->addWidget(m_tryHead);
    m_suggestions = new QVBoxLayout;
    m_suggestions->setSpacing(8);
    layout->addLayout(m_suggestions);
    layout->addSpacing(8);
    m_trustButton = new QPushButton(tr("How sure is this?"));
    m_trustButton->setProperty("kind", "link");
    m_trustButton->setCursor(Qt::PointingHandCursor);
    m_trustButton->setToolTip(tr("How far the twin has been right, and what it rests on"));
    connect(m_trustButton, &QPushButton::clicked, this,
            [this] { openTrustPopover(trust(), m_trustButton, window()); });
    auto* trustRow = new QHBoxLayout;
    trustRow->setContentsMargins(0, 0, 0, 0);
    trustRow->addWidget(m_trustButton);
    trustRow->addStretch(1);
    layout->addLayout(trustRow);
    m_trust = wrapped(TextRole::small, "muted");
    layout->addWidget(m_trust);
    layout->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    outer->addWidget(scroll);
    connect(&m_run, &RunModel::ticked, this, &WhyTab::refresh);
    connect(&m_run, &RunModel::phaseChanged, this, &WhyTab::refresh);
    connect(&m_run, &RunModel::restarted, this, &WhyTab::refresh);
    connect(&m_predictions, &Predictions::changed, this, &WhyTab::showEffects);
    connect(&m_predictions, &Predictions::changed, this, &WhyTab::showTrust);
    connect(&m_ledger, &FlipLedger::changed, this, &WhyTab::showTrust);
    showTrust();
    refresh();
}

void WhyTab::refresh() {
    const auto& d = m_run.diagnosis();
    // What was measured before a change says nothing about what is there now.
    const auto since = m_run.sinceChangeS();
    const bool isSettling = since && *since < 2 && m_run.phase() == engine::Phase::running;
    if (isSettling) {
        setTextIfNew(m_title, tr("Settling after the change"));
        setTextIfNew(m_text, tr("Numbers count from the last flag. A moment, please."));
    } else if (m_run.phase() == engine::Phase::starting) {
        setTextIfNew(m_title, tr("Starting"));
        setTextIfNew(m_text, tr("The nodes come up one after the other. Then the load begins, and "
                                "this column says what limits the system."));
    } else if (m_run.phase() == engine::Phase::failed && m_run.history().empty()) {
        setTextIfNew(m_title, tr("It did not start"));
        setTextIfNew(m_text, tr("Nothing was measured. The bar above says what went wrong."));
    } else {
        setTextIfNew(m_title, QString::fromStdString(d.title));
        setTextIfNew(m_text, QString::fromStdString(d.text));
    }
    showFigures(isSettling ? std::vector<judge::Figure>{} : d.figures);
    showSuggestions(isSettling ? std::vector<judge::Suggestion>{} : d.tryNext);
}

void WhyTab::showFigures(const std::vector<judge::Figure>& figures) {
    QString key;
    for (const auto& f : figures) key += QString::fromStdString(f.name) + "|";
    if (key != m_figuresKey) {
        m_figuresKey = key;
        clear(m_figures->layout());
        m_values.clear();
        for (const auto& f : figures) {
            auto* row = new QWidget;
            auto* line = new QHBoxLayout(row);
            line->setContentsMargins(0, 0, 0, 0);
            auto* name = new ElidedLabel(QString::fromStdString(f.name));
            name->setProperty("kind", "muted");
            line->addWidget(name, 1);
            m_values.push_back(makeLabel({}, TextRole::strong));
            line->addWidget(m_values.back());
            m_figures->layout()->addWidget(row);
        }
        m_figures->setVisible(!figures.empty());
    }
    for (std::size_t i = 0; i < m_values.size(); ++i)
        setTextIfNew(m_values[i], QString::fromStdString(figures[i].value));
}

void WhyTab::showSuggestions(const std::vector<judge::Suggestion>& suggestions) {
    QString key;
    for (const auto& s : suggestions)
        key += QString::fromStdString(s.title + "|" + s.mechanism + "|" + s.value + ";");
    if (key != m_suggestionsKey) {
        m_suggestionsKey = key;
        clear(m_suggestions);
        for (const auto& s : suggestions) {
            auto* card = makeFrame("outlined");
            auto* box = new QVBoxLayout(card);
            box->setContentsMargins(12, 7, 8, 8);
            box->setSpacing(1);
            auto* head = new QHBoxLayout;
            auto* title = new ElidedLabel(QString::fromStdString(s.title));
            head->addWidget(title, 1);
            auto* button = new QPushButton(tr("Apply"));
            button->setProperty("kind", "link");
            button->setAccessibleName(tr("Apply: %1").arg(QString::fromStdString(s.title)));
            button->setCursor(Qt::PointingHandCursor);
            connect(button, &QPushButton::clicked, this, [this, s] { apply(s); });
            head->addWidget(button);
            box->addLayout(head);
            auto* because = makeLabel({}, TextRole::small, "muted");
            because->setWordWrap(true);
            because->setObjectName("because");
            box->addWidget(because);
            auto* effect = makeLabel({}, TextRole::small, "faint");
            effect->setWordWrap(true);
            effect->setObjectName("effect");
            box->addWidget(effect);
            m_suggestions->addWidget(card);
        }
        m_tryHead->setVisible(!suggestions.empty());
    }
    for (std::size_t i = 0; i < suggestions.size(); ++i)
        if (auto* item = m_suggestions->itemAt(static_cast<int>(i)))
            setTextIfNew(item->widget()->findChild<QLabel*>("because"),
                         QString::fromStdString(suggestions[i].because));
    m_shown = suggestions;
    showEffects();
}

void WhyTab::showEffects() {
    const auto state = m_predictions.state();
    const bool canPredict = state != Predictions::State::off;
    m_tryCaption->setVisible(canPredict);
    for (std::size_t i = 0; i < m_shown.size(); ++i) {
        auto* item = m_suggestions->itemAt(static_cast<int>(i));
        auto* label = item ? item->widget()->findChild<QLabel*>("effect") : nullptr;
        if (!label) continue;
        const auto& s = m_shown[i];
        const auto* digest = s.mechanism.empty() ? m_predictions.machines(0)
                                                 : m_predictions.find(s.mechanism, s.value);
        const auto* spec = m_run.catalogue().find(s.mechanism);
        QString text;
        if (digest) {
            text = spec ? lineFor(m_predictions, *spec, s.value).text
                        : QString::fromUtf8(digest->words.data());
            if (digest->isClear) text += " (" + p99Range(*digest) + ")";
        } else if (canPredict && state != Predictions::State::done) {
            text = tr("predicting …");
        }
        setTextIfNew(label, text);
        label->setVisible(!text.isEmpty());
        label->setToolTip(digest ? intervalWords(*digest) : QString());
        setKind(label, digest ? kindOf(digest->effect()) : "faint");
    }
}

QStringList WhyTab::suggestionEffects() const {
    QStringList texts;
    for (int i = 0; i < m_suggestions->count(); ++i)
        if (auto* label = m_suggestions->itemAt(i)->widget()->findChild<QLabel*>("effect"))
            texts << label->text();
    return texts;
}

Trust WhyTab::trust() const {
    return {m_agreement, &m_run, &m_predictions, &m_ledger};
}

void WhyTab::showTrust() {
    setTextIfNew(m_trust, trustSummary(trust()));
}

void WhyTab::apply(const judge::Suggestion& s) {
    if (s.mechanism.empty()) {
        auto machines = m_run.scenario().machines;
        machines.instanceFactor = 2;
        m_run.changeMachines(machines);
        return;
    }
    auto setting = m_run.scenario().design.of(s.mechanism);
    setting.value = s.value;
    m_run.changeMechanism(s.mechanism, setting);
}

}  // namespace tenfold::app
