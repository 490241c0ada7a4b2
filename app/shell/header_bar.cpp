// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/header_bar.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>

#include "app/shell/shortcuts.h"
#include "app/theme/words.h"

namespace tenfold::app {

namespace {

/// Three bars, each a tenth more than the next. Drawn in the theme's own blues.
class Logo : public QWidget {
public:
    explicit Logo(const ThemeSource& theme) : m_theme(theme) {
        const int h = QFontMetrics(fontFor(TextRole::brand)).ascent() + 6;
        setFixedSize(h, h);
        connect(&theme, &ThemeSource::changed, this, [this] { update(); });
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter p(this);
        p.setRenderHint(QPainter::Antialiasing);
        p.setPen(Qt::NoPen);
        const double w = width() * 0.25;
        const QColor colours[] = {QColor("#7cc4f5"), m_theme.theme().accent,
                                  m_theme.theme().isDark ? QColor("#2f7fd6") : QColor("#0a3a70")};
        const double tops[] = {0.02, 0.3, 0.6};
        for (int i = 0; i < 3; ++i) {
            p.setBrush(colours[i]);
            const double top = height() * tops[i];
            p.drawRoundedRect(QRectF(i * (w + width() * 0.115), top, w, height() - top), 1.5, 1.5);
        }
    }

private:
    const ThemeSource& m_theme;
};

}  // namespace

HeaderBar::HeaderBar(RunModel& run, ThemeSource& theme, QMenu* menu, QWidget* parent)
    : QFrame(parent), m_run(run), m_theme(theme) {
    setObjectName("header");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(18, 8, 14, 8);
    layout->setSpacing(10);
    layout->addWidget(new Logo(theme));
    layout->addWidget(makeLabel("Tenfold", TextRole::brand));
    m_name = new ElidedLabel;
    m_name->setProperty("kind", "muted");
    m_name->setContentsMargins(6, 3, 0, 0);
    layout->addWidget(m_name, 2);
    m_tiers = new TierControl(run, theme);
    layout->addWidget(m_tiers);
    m_unit = makeLabel(tr("daily active users"), TextRole::small, "muted");
    layout->addWidget(m_unit);
    auto* why = new QPushButton(tr("why?"));
    why->setProperty("kind", "link");
    why->setFont(fontFor(TextRole::small));
    why->setCursor(Qt::PointingHandCursor);
    why->setAccessibleName(tr("Why this many requests a second?"));
    connect(why, &QPushButton::clicked, this,
            [this, why] { openRatePopover(m_run, why, window()); });
    layout->addWidget(why);
    layout->addStretch(1);
    m_engines = new EngineControl(run, theme);
    layout->addWidget(m_engines);
    layout->addStretch(1);

    m_runButton = new QPushButton;
    m_runButton->setProperty("kind", "run");
    m_runButton->setToolTip(keysText(Command::toggleRun));
    connect(m_runButton, &QPushButton::clicked, &m_run, &RunModel::toggleRun);
    layout->addWidget(m_runButton);
    m_elapsed = new QLabel;
    m_elapsed->setFont([] {
        QFont font = fixedFont();
        font.setPointSizeF(font.pointSizeF() * 1.15);
        return font;
    }());
    m_elapsed->setAccessibleName(tr("Time since the start"));
    m_elapsed->setMinimumWidth(m_elapsed->fontMetrics().horizontalAdvance("00:00:00"));
    layout->addWidget(m_elapsed);
    layout->addStretch(3);

    m_look = new QToolButton;
    m_look->setIconSize({18, 18});
    m_look->setAccessibleName(tr("Light or dark"));
    m_look->setToolTip(tr("Light or dark (%1)").arg(keysText(Command::toggleTheme)));
    connect(m_look, &QToolButton::clicked, &m_theme, &ThemeSource::toggle);
    layout->addWidget(m_look);
    m_menu = new QToolButton;
    m_menu->setIconSize({18, 18});
    m_menu->setAccessibleName(tr("Menu"));
    m_menu->setMenu(menu);
    m_menu->setPopupMode(QToolButton::InstantPopup);
    layout->addWidget(m_menu);

    connect(&m_run, &RunModel::phaseChanged, this, &HeaderBar::refresh);
    connect(&m_run, &RunModel::restarted, this, &HeaderBar::refresh);
    connect(&m_run, &RunModel::scenarioChanged, this, &HeaderBar::refresh);
    connect(&m_run, &RunModel::ticked, this,
            [this] { setTextIfNew(m_elapsed, clock(m_run.elapsedS())); });
    connect(&m_theme, &ThemeSource::changed, this, &HeaderBar::refreshIcons);
    refresh();
    refreshIcons();
}

void HeaderBar::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    // In a narrow window the name of the scenario needs the room more.
    m_unit->setVisible(width() >= charsWide(190));
}

void HeaderBar::refresh() {
    using engine::Phase;
    m_name->setText(QString::fromStdString(m_run.scenario().name));
    const Phase phase = m_run.phase();
    const bool isRunning = phase == Phase::running;
    m_runButton->setText(phase == Phase::starting   ? tr(" Starting …")
                         : phase == Phase::stopping ? tr(" Stopping …")
                         : isRunning                ? tr(" Pause")
                                                    : tr(" Run"));
    m_runButton->setIcon(glyphIcon(isRunning ? Glyph::pause : Glyph::play, m_theme.theme().onGood));
    setTextIfNew(m_elapsed, clock(m_run.elapsedS()));
}

void HeaderBar::refreshIcons() {
    const Theme& theme = m_theme.theme();
    m_look->setIcon(glyphIcon(theme.isDark ? Glyph::sun : Glyph::moon, theme.muted));
    m_menu->setIcon(glyphIcon(Glyph::menu, theme.text));
    refresh();
}

}  // namespace tenfold::app
