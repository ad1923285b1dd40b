//! Access tokens that cannot be had.

use std::time::Duration;

/// Why there is no access token. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token was refused, and there is no way to get another.
    #[error("the access token was refused, and it cannot be renewed")]
    CannotRenew,
    /// What was given as a token cannot be one.
    #[error("it is empty, too long, or holds spaces or other characters that no token has")]
    Unusable,
    /// The token endpoint refused for good.
    #[error("the token endpoint refused: {error}")]
    Denied {
        /// Its error code, such as `invalid_code`.
        error: String,
    },
    /// The token endpoint asks to slow down; nothing is sent to it before the cool-down is over.
    #[error("the token endpoint was asked too often; next try in {} s", retry_after.as_secs_f64().ceil())]
    Throttled {
        /// What is left of the cool-down.
        retry_after: Duration,
    },
    /// The token endpoint could not be reached, or its answer was not understood.
    #[error("the token endpoint is not available: {cause}")]
    Temporary {
        /// What went wrong.
        cause: String,
    },
}

impl TokenError {
    /// Whether a later try may succeed without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Temporary { .. })
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::CannotRenew => {
                "Give a fresh access token, or a refresh token so that access tokens are renewed by \
                 themselves."
            }
            Self::Unusable => "Copy the token again, without quotes, spaces or line ends.",
            Self::Denied { .. } => {
                "Check client id, client secret and refresh token, and that the token URL is of the \
                 account's own data center. A revoked refresh token has to be made anew."
            }
            Self::Throttled { .. } => {
                "At most 10 access tokens are given in 10 minutes for a refresh token. Wait, share one \
                 client, or keep tokens in a file (RefreshTokenBuilder::store)."
            }
            Self::Temporary { .. } => "Check the network and the token URL; try again later.",
        }
    }
}
