//! Genesys Cloud's regions: their domains, and the names by which people know them.

use url::Url;

/// The domain of each region and its name at the cloud provider.
const REGIONS: &[(&str, &str)] = &[
    ("mypurecloud.com", "us-east-1"),
    ("use2.us-gov-pure.cloud", "us-east-2"),
    ("usw2.pure.cloud", "us-west-2"),
    ("cac1.pure.cloud", "ca-central-1"),
    ("mxc1.pure.cloud", "mx-central-1"),
    ("sae1.pure.cloud", "sa-east-1"),
    ("mypurecloud.ie", "eu-west-1"),
    ("euw2.pure.cloud", "eu-west-2"),
    ("mypurecloud.de", "eu-central-1"),
    ("euc2.pure.cloud", "eu-central-2"),
    ("edee1.eusc-pure.cloud", "eusc-de-east-1"),
    ("mec1.pure.cloud", "me-central-1"),
    ("aps1.pure.cloud", "ap-south-1"),
    ("apse1.pure.cloud", "ap-southeast-1"),
    ("mypurecloud.com.au", "ap-southeast-2"),
    ("mypurecloud.jp", "ap-northeast-1"),
    ("apne2.pure.cloud", "ap-northeast-2"),
    ("apne3.pure.cloud", "ap-northeast-3"),
];

/// The API base and the token endpoint of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// `https://api.<domain>/`
    pub api_base: Url,
    /// `https://login.<domain>/oauth/token`
    pub token_url: Url,
}

/// The hosts of a region, named by its domain (`mypurecloud.ie`) or its provider's name (`eu-west-1`); `None` if unknown.
#[must_use]
pub fn hosts(name: &str) -> Option<Hosts> {
    let (domain, _) = REGIONS.iter().find(|(domain, alias)| *domain == name || *alias == name)?;
    Some(Hosts {
        api_base: Url::parse(&format!("https://api.{domain}/")).ok()?,
        token_url: Url::parse(&format!("https://login.{domain}/oauth/token")).ok()?,
    })
}

/// The domains of all regions, for messages.
pub fn domains() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|(domain, _)| *domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_an_api_host_and_a_login_host_by_either_name() {
        for (domain, alias) in REGIONS {
            let by_domain = hosts(domain).expect("known");
            assert_eq!(by_domain.api_base.host_str(), Some(format!("api.{domain}").as_str()));
            assert_eq!(by_domain.token_url.as_str(), format!("https://login.{domain}/oauth/token"));
            assert_eq!(hosts(alias), Some(by_domain));
        }
        assert_eq!(REGIONS.len(), 18);
    }

    #[test]
    fn what_is_no_region_has_no_hosts() {
        for name in ["", "us-east-9", "evil.example", "mypurecloud.com.evil.example", "MYPURECLOUD.COM"] {
            assert_eq!(hosts(name), None, "{name}");
        }
    }
}
