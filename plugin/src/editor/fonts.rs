//! Type: Inter for words, JetBrains Mono for every number that moves or lines up.
//!
//! Both are under the SIL Open Font License; its texts lie beside the files in `plugin/assets/fonts`. The files hold Latin,
//! Latin-1, arrows and block elements.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId};

const FILES: [(&str, &[u8]); 4] = [
    ("words", include_bytes!("../../assets/fonts/Inter-Medium.ttf")),
    ("bold", include_bytes!("../../assets/fonts/Inter-SemiBold.ttf")),
    ("mono", include_bytes!("../../assets/fonts/JetBrainsMono-Medium.ttf")),
    ("mono-bold", include_bytes!("../../assets/fonts/JetBrainsMono-Bold.ttf")),
];

/// Tells egui of the fonts.
pub(crate) fn install(context: &egui::Context) {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in FILES {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        fonts.families.insert(FontFamily::Name(name.into()), vec![name.to_owned()]);
    }
    fonts.families.insert(FontFamily::Proportional, vec!["words".to_owned()]);
    fonts.families.insert(FontFamily::Monospace, vec!["mono".to_owned()]);
    context.set_fonts(fonts);
    // What lies below an overlay takes nothing, and looks as ever.
    context.all_styles_mut(|style| style.visuals.disabled_alpha = 1.0);
}

/// Labels and hints.
pub(crate) fn words(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Names and headings.
pub(crate) fn bold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("bold".into()))
}

/// Values.
pub(crate) fn mono(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// Values that stand out, and badges.
pub(crate) fn mono_bold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("mono-bold".into()))
}
