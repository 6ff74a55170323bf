//! Code lists: closed sets of values that are stored by code and shown by label.

/// Declares an enum whose variants are stored by a short code and shown by a label.
///
/// The enum gets `ALL`, `code()`, `label()`, `from_code()`, `Display` (the label) and serde by
/// code, so that a code list reads as the table it is.
///
/// ```
/// throughline_domain::codes! {
///     /// How urgent the screener found the need (MHSDS clinical response priority).
///     pub enum Urgency {
///         /// At once.
///         Emergency = "1", "Emergency";
///         /// In the ordinary order.
///         Routine = "3", "Routine";
///     }
/// }
/// assert_eq!(Urgency::from_code("3"), Some(Urgency::Routine));
/// assert_eq!(Urgency::Emergency.label(), "Emergency");
/// ```
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the order shown to people.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The stored code.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// The words shown to people.
            pub const fn label(self) -> &'static str { match self { $(Self::$variant => $label),+ } }
            /// The value stored as `code`, or `None` when the list has no such code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.label()) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::from_code(&code).ok_or_else(|| {
                    serde::de::Error::custom(format!(concat!("'{}' is not a code of ", stringify!($name)), code))
                })
            }
        }
    };
}
