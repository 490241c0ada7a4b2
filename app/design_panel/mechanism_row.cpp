// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/design_panel/mechanism_row.h"

#include <QHBoxLayout>

#include "app/design_panel/card_popover.h"

namespace tenfold::app {

MechanismRow::MechanismRow(const scenario::MechanismSpec& spec, const ThemeSource& theme,
                           QWidget* parent)
    : QWidget(parent), m_spec(spec), m_theme(theme) {
    const auto title = QString::fromStdString(spec.title);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(26, 6, 8, 6);
    layout->setSpacing(1);
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    auto* name = makeLabel(title, TextRole::body);
    name->setToolTip(QString::fromStdString(spec.question));
    row->addWidget(name);
    addInfoButton(row);
    row->addStretch(1);
    const auto help = QString::fromStdString(spec.gain + "; price: " + spec.price);
    if (spec.values.size() == 2) {
        m_toggle = new ToggleSwitch(theme);
        connect(m_toggle, &ToggleSwitch::clicked, this,
                [this](bool on) { choose(m_spec.values[on ? 1 : 0].id); });
        row->addWidget(m_toggle);
    } else {
        m_choice = new ChoiceButton(spec);
        connect(m_choice, &ChoiceButton::chosen, this,
                [this](const QString& value) { choose(value.toStdString()); });
        row->addWidget(m_choice);
    }
    control()->setAccessibleName(title);
    control()->setToolTip(help);
    layout->addLayout(row);

    m_line = makeLabel({}, TextRole::small, "muted");
    m_line->setWordWrap(true);
    layout->addWidget(m_line);
    m_predictionBox = new QVBoxLayout;
    m_predictionBox->setContentsMargins(0, 0, 0, 0);
    m_predictionBox->setSpacing(0);
    layout->addLayout(m_predictionBox);
    m_effect = makeLabel({}, TextRole::small);
    m_effect->setWordWrap(true);
    m_effect->hide();
    layout->addWidget(m_effect);

    m_parameterBox = new QWidget;
    auto* box = new QVBoxLayout(m_parameterBox);
    box->setContentsMargins(0, 4, 0, 0);
    box->setSpacing(5);
    for (const auto& parameter : spec.parameters) {
        auto* line = new ParameterRow(parameter);
        box->addWidget(line);
        m_parameters.push_back(line);
        connect(line, &ParameterRow::changed, this, [this, id = parameter.id](double value) {
            auto wanted = m_setting;
            wanted.parameters[id] = value;
            if (wanted == m_setting) return;
            m_setting = wanted;
            Q_EMIT changed(wanted);
        });
    }
    m_parameterBox->hide();
    layout->addWidget(m_parameterBox);
}

void MechanismRow::addInfoButton(QHBoxLayout* row) {
    if (cardFileOf(m_spec.id).empty()) return;
    auto* info = new QToolButton;
    info->setIconSize({14, 14});
    info->setAccessibleName(tr("About %1").arg(QString::fromStdString(m_spec.title)));
    info->setToolTip(info->accessibleName());
    const auto paint = [this, info] {
        info->setIcon(glyphIcon(Glyph::info, m_theme.theme().muted));
    };
    paint();
    connect(&m_theme, &ThemeSource::changed, info, paint);
    connect(info, &QToolButton::clicked, this, &MechanismRow::openCard);
    m_info = info;
    row->addWidget(info);
}

void MechanismRow::openCard() {
    if (m_info) app::openCard(m_spec, m_theme.theme(), m_info, window());
}

QWidget* MechanismRow::control() const {
    return m_toggle ? static_cast<QWidget*>(m_toggle) : m_choice;
}

bool MechanismRow::isOn() const {
    return m_setting.value != m_spec.values.front().id;
}

void MechanismRow::choose(const std::string& value) {
    auto wanted = m_setting;
    wanted.value = value;
    show(wanted);
    Q_EMIT changed(wanted);
}

void MechanismRow::show(const scenario::Setting& setting) {
    m_setting = setting;
    if (m_toggle) m_toggle->setChecked(isOn());
    if (m_choice) m_choice->show(setting.value);
    QString line;
    for (const auto& value : m_spec.values)
        if (setting.has(value.id))
            line += (line.isEmpty() ? "" : "; ") + QString::fromStdString(value.effect);
    setTextIfNew(m_line, line);
    control()->setAccessibleDescription(line);
    m_parameterBox->setVisible(isOn() && !m_parameters.empty());
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        const auto& spec = m_spec.parameters[i];
        const auto it = setting.parameters.find(spec.id);
        m_parameters[i]->show(it == setting.parameters.end() ? spec.initial : it->second);
    }
}

void MechanismRow::showPredictions(const std::vector<PredictionLine>& lines) {
    while (m_predictions.size() < lines.size()) {
        auto* label = makeLabel({}, TextRole::small, "faint");
        label->setWordWrap(true);
        m_predictionBox->addWidget(label);
        m_predictions.push_back(label);
    }
    QStringList spoken;
    for (std::size_t i = 0; i < m_predictions.size(); ++i) {
        auto* label = m_predictions[i];
        label->setVisible(i < lines.size());
        if (i >= lines.size()) continue;
        setTextIfNew(label, lines[i].text);
        setKind(label, kindOf(lines[i].effect));
        label->setToolTip(lines[i].tip);
        spoken << lines[i].text;
    }
    control()->setAccessibleDescription(m_line->text() + "; " + spoken.join("; "));
}

QStringList MechanismRow::predictions() const {
    QStringList texts;
    for (const auto* label : m_predictions)
        if (!label->isHidden()) texts << label->text();
    return texts;
}

void MechanismRow::showEffect(const Effect* effect) {
    m_effect->setVisible(effect != nullptr);
    if (!effect) return;
    setTextIfNew(m_effect, tr("did: %1").arg(effect->text));
    setKind(m_effect, effect->isBetter ? "good" : effect->isWorse ? "bad" : "faint");
}

}  // namespace tenfold::app
