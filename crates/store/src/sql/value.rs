//! Values of parameters.

use std::borrow::Cow;

use hallpass_core::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
};

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'v> {
    Bool(bool),
    Number(Option<i64>),
    Text(Option<Cow<'v, str>>),
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// Converts a type, and an option of it, to a value of this variant.
macro_rules! value {
    ($variant:ident: $($type:ty => |$value:ident| $converted:expr;)*) => {$(
        impl<'v> From<$type> for Value<'v> {
            fn from($value: $type) -> Self {
                Self::$variant(Some($converted))
            }
        }

        impl<'v> From<Option<$type>> for Value<'v> {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $converted))
            }
        }
    )*};
}

value! { Number:
    i64 => |number| number;
    u32 => |number| number.into();
    Timestamp => |time| time.millis();
    UserId => |user| user.0;
}

value! { Text:
    &'v str => |text| text.into();
    &'v String => |text| text.as_str().into();
    String => |text| text.into();
    &'v Jti => |jti| jti.as_str().into();
    SessionId => |session| session.to_string().into();
}

impl<'v> From<&'v Option<String>> for Value<'v> {
    fn from(text: &'v Option<String>) -> Self {
        text.as_deref().into()
    }
}
