// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/theme/style.h"

namespace tenfold::app {

QPalette paletteOf(const Theme& t) {
    QPalette p;
    p.setColor(QPalette::Window, t.window);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.card);
    p.setColor(QPalette::AlternateBase, t.sunken);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::Button, t.card);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::ToolTipBase, t.card);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::PlaceholderText, t.faint);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.onAccent);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::Light, t.card);
    p.setColor(QPalette::Midlight, t.sunken);
    p.setColor(QPalette::Mid, t.border);
    p.setColor(QPalette::Dark, t.border);
    p.setColor(QPalette::Shadow, t.border);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, t.faint);
    return p;
}

QString styleSheetOf(const Theme& t) {
    // Placeholders are @name; longer names first would matter if one began with another's.
    QString sheet = QStringLiteral(R"(
QMainWindow, QDialog { background: @window; }
QWidget { color: @text; }
QToolTip { background: @card; color: @text; border: 1px solid @border; padding: 4px 6px; }
#header, #verdictStrip { background: @bar; border: none; border-bottom: 1px solid @border; }
#verdictStrip[kind="bad"] { background: @badTint; }
#statusLine { background: @bar; border-top: 1px solid @border; }
QFrame[kind="card"] { background: @card; border: none; border-radius: 8px; }
QFrame[kind="sunken"] { background: @sunken; border: none; border-radius: 6px; }
QFrame[kind="chip"] { background: @sunken; border: none; border-radius: 10px; }
QFrame[kind="outlined"] { background: @card; border: 1px solid @border; border-radius: 6px; }
QFrame[kind="line"] { background: @border; border: none; }
QLabel { background: transparent; }
QLabel[kind="muted"] { color: @muted; }
QLabel[kind="faint"] { color: @faint; }
QLabel[kind="good"] { color: @goodText; }
QLabel[kind="bad"] { color: @badText; }
QLabel[kind="warn"] { color: @warnText; }
QLabel[kind="badge"] { background: @sunken; color: @muted; border-radius: 8px; padding: 2px 7px; }
QPushButton { background: @card; color: @text; border: 1px solid @border; border-radius: 6px; padding: 5px 12px; }
QPushButton:hover { border-color: @control; }
QPushButton:pressed, QPushButton:checked { background: @sunken; border-color: @control; }
QPushButton:focus, QToolButton:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus { border: 1px solid @accent; }
QPushButton:disabled { color: @faint; }
QPushButton[kind="run"] { background: @good; color: @onGood; border: 1px solid @good; font-weight: 600; padding: 6px 14px; }
QPushButton[kind="run"]:focus { border: 2px solid @text; padding: 5px 13px; }
QPushButton[kind="link"], QToolButton[kind="link"] { background: transparent; border: 1px solid transparent; color: @accent; padding: 1px 3px; border-radius: 4px; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 1px solid @accent; }
QPushButton[kind="active"] { background: @badTint; border-color: @bad; color: @badText; }
QPushButton[kind="cellRequired"] { background: @accent; color: @onAccent; border: 1px solid @accent; padding: 5px 12px; font-weight: 600; }
QPushButton[kind="cellHelpful"] { background: @sunken; color: @text; border: 1px solid @accent; padding: 5px 12px; }
QPushButton[kind="cellOptional"] { background: @sunken; color: @muted; border: 1px solid @sunken; padding: 5px 12px; }
QPushButton[kind="cellHead"] { background: transparent; color: @text; border: 1px solid transparent; border-bottom: 2px solid @border; border-radius: 0; padding: 5px 12px; font-weight: 600; }
QPushButton[kind="cellRequired"]:checked, QPushButton[kind="cellHelpful"]:checked, QPushButton[kind="cellOptional"]:checked, QPushButton[kind="cellHead"]:checked { border: 2px solid @text; padding: 4px 11px; }
QPushButton[kind="cellRequired"]:focus, QPushButton[kind="cellHelpful"]:focus, QPushButton[kind="cellOptional"]:focus, QPushButton[kind="cellHead"]:focus { border: 2px solid @text; padding: 4px 11px; }
QPushButton[kind="tab"] { background: transparent; border: 1px solid transparent; border-bottom: 3px solid transparent; border-radius: 0; color: @muted; padding: 9px 4px 7px 4px; }
QPushButton[kind="tab"]:checked { color: @text; border-bottom: 3px solid @accent; font-weight: 600; }
QPushButton[kind="tab"]:hover { color: @text; }
QPushButton[kind="tab"]:focus { border: 1px solid @accent; border-bottom: 3px solid @accent; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @sunken; }
QToolButton::menu-indicator { image: none; }
QToolButton[kind="choice"] { background: @sunken; border: 1px solid @border; padding: 4px 8px; }
QToolButton[kind="choice"]:hover { border-color: @control; }
QToolButton[kind="choice"]:focus { border: 1px solid @accent; }
QToolButton[kind="quiet"] { color: @muted; padding: 1px 5px; }
QToolButton[kind="quiet"]:hover { color: @text; }
QToolButton[kind="quiet"]:focus { border: 1px solid @accent; }
QMenu { background: @card; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 22px; border-radius: 4px; }
QMenu::item:selected { background: @sunken; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @border; margin: 4px 6px; }
QMenu::indicator { width: 14px; height: 14px; left: 4px; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical { background: @ring; border-radius: 4px; min-height: 28px; margin: 1px; }
QScrollBar::handle:vertical:hover { background: @control; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle:horizontal { background: @ring; border-radius: 4px; min-width: 28px; margin: 1px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSpinBox, QDoubleSpinBox, QLineEdit { background: @card; color: @text; border: 1px solid @border; border-radius: 5px; padding: 2px 5px; selection-background-color: @accent; selection-color: @onAccent; }
QTextBrowser, QPlainTextEdit { background: transparent; color: @text; border: none; selection-background-color: @accent; selection-color: @onAccent; }
QListWidget { background: transparent; border: 1px solid transparent; border-radius: 6px; outline: none; }
QListWidget:focus { border: 1px solid @accent; }
QListWidget::item { border-radius: 6px; padding: 1px; }
QListWidget::item:hover { background: @sunken; }
QListWidget::item:selected { background: @sunken; color: @text; }
QTableView { background: @card; gridline-color: @border; border: 1px solid @border; }
QHeaderView::section { background: @sunken; color: @muted; border: none; padding: 4px 8px; }
QSlider::groove:horizontal { height: 4px; background: @ring; border-radius: 2px; }
QSlider::sub-page:horizontal { height: 4px; background: @accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -6px 0; border-radius: 7px; background: @card; border: 2px solid @accent; }
QSlider::handle:horizontal:focus { border: 3px solid @text; }
QSplitter::handle { background: transparent; }
)");
    const std::pair<const char*, QColor> colours[] = {
        {"@onAccent", t.onAccent}, {"@onGood", t.onGood},   {"@goodText", t.goodText},
        {"@badText", t.badText},   {"@badTint", t.badTint}, {"@warnText", t.warnText},
        {"@window", t.window},     {"@sunken", t.sunken},   {"@border", t.border},
        {"@control", t.control},   {"@accent", t.accent},   {"@muted", t.muted},
        {"@faint", t.faint},       {"@text", t.text},       {"@card", t.card},
        {"@good", t.good},         {"@bar", t.bar},         {"@bad", t.bad},
        {"@ring", t.ring},
    };
    for (const auto& [name, colour] : colours) sheet.replace(name, colour.name());
    return sheet;
}

}  // namespace tenfold::app
