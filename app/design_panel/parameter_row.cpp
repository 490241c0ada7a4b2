// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/design_panel/parameter_row.h"

#include <QHBoxLayout>
#include <QSignalBlocker>
#include <cmath>

#include "app/theme/widgets.h"

namespace tenfold::app {

namespace {
constexpr int kSteps = 200;
constexpr int kRestMs = 300;

bool isWide(const scenario::ParameterSpec& spec) {
    return spec.maximum - spec.minimum > 1'000;
}
}  // namespace

ParameterRow::ParameterRow(const scenario::ParameterSpec& spec, QWidget* parent)
    : QWidget(parent), m_spec(spec) {
    const auto title = QString::fromStdString(spec.title);
    const auto help = QString::fromStdString(spec.help);
    setToolTip(help);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    if (spec.isBool) {
        m_check = new QCheckBox(title);
        m_check->setFont(fontFor(TextRole::small));
        m_check->setAccessibleDescription(help);
        layout->addWidget(m_check);
        connect(m_check, &QCheckBox::toggled, this,
                [this](bool on) { Q_EMIT changed(on ? 1 : 0); });
        return;
    }
    auto* row = new QHBoxLayout;
    auto* label = new ElidedLabel(title);
    label->setFont(fontFor(TextRole::small));
    label->setProperty("kind", "muted");
    row->addWidget(label, 1);
    if (!spec.options.empty()) {
        m_choice = new QComboBox;
        m_choice->setFont(fontFor(TextRole::small));
        for (const auto& option : spec.options)
            m_choice->addItem(QString::fromStdString(option.title));
        m_choice->setAccessibleName(title);
        m_choice->setAccessibleDescription(help);
        row->addWidget(m_choice);
        layout->addLayout(row);
        connect(m_choice, &QComboBox::activated, this,
                [this](int place) { Q_EMIT changed(place); });
        return;
    }
    m_box = new QDoubleSpinBox;
    m_box->setFont(fontFor(TextRole::small));
    m_box->setDecimals(spec.minimum == std::floor(spec.minimum) ? 0 : 1);
    m_box->setRange(spec.minimum, spec.maximum);
    m_box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_box->setAlignment(Qt::AlignRight);
    m_box->setGroupSeparatorShown(true);
    if (!spec.unit.empty()) m_box->setSuffix(" " + QString::fromStdString(spec.unit));
    m_box->setAccessibleName(title);
    m_box->setAccessibleDescription(help);
    // Typing "500" is one change, not three.
    m_box->setKeyboardTracking(false);
    m_box->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    row->addWidget(m_box);
    layout->addLayout(row);
    m_slider = new QSlider(Qt::Horizontal);
    m_slider->setRange(0, kSteps);
    m_slider->setMinimumWidth(charsWide(8));
    // The handle of the style sheet is higher than the groove knows.
    m_slider->setMinimumHeight(20);
    m_slider->setPageStep(kSteps / 10);
    m_slider->setAccessibleName(title);
    layout->addWidget(m_slider);

    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMs);
    connect(&m_rest, &QTimer::timeout, this, [this] { Q_EMIT changed(m_box->value()); });
    connect(m_slider, &QSlider::valueChanged, this, [this](int position) {
        const QSignalBlocker quiet(m_box);
        m_box->setValue(valueAt(position));
        m_rest.start();
    });
    connect(m_box, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        const QSignalBlocker quiet(m_slider);
        m_slider->setValue(positionOf(value));
        m_rest.start();
    });
}

// Over a wide range each step of the slider multiplies, so that 5 and 5,000 are both in reach.
int ParameterRow::positionOf(double value) const {
    const double range = m_spec.maximum - m_spec.minimum;
    const double above = value - m_spec.minimum;
    const double part = isWide(m_spec) ? std::log1p(above) / std::log1p(range) : above / range;
    return static_cast<int>(std::lround(part * kSteps));
}

double ParameterRow::valueAt(int position) const {
    const double range = m_spec.maximum - m_spec.minimum;
    const double part = static_cast<double>(position) / kSteps;
    double above = isWide(m_spec) ? std::expm1(part * std::log1p(range)) : part * range;
    // Two figures are enough for a hand.
    if (isWide(m_spec) && above > 10) {
        const double step = std::pow(10, std::floor(std::log10(above)) - 1);
        above = std::round(above / step) * step;
    }
    return m_spec.minimum + above;
}

void ParameterRow::show(double value) {
    if (m_check) {
        const QSignalBlocker quiet(m_check);
        m_check->setChecked(value != 0);
        return;
    }
    if (m_choice) {
        m_choice->setCurrentIndex(static_cast<int>(value));  // no hand has activated it
        return;
    }
    if (m_rest.isActive()) return;  // a hand is on it
    const QSignalBlocker quietBox(m_box);
    const QSignalBlocker quietSlider(m_slider);
    m_box->setValue(value);
    m_slider->setValue(positionOf(value));
}

}  // namespace tenfold::app
