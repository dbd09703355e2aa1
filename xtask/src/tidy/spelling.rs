//! American spelling, as the field's journals write.

/// Beginnings of British words, in lower case, and what to write. They are put together here so that this file does
/// not hold them.
fn words() -> Vec<(String, &'static str)> {
    [
        (["cent", "re"], "center"),
        (["polari", "sa"], "polariza-"),
        (["polari", "se"], "polarize"),
        (["col", "our"], "color"),
        (["gr", "ey"], "gray"),
        (["neigh", "bour"], "neighbor"),
        (["beha", "viour"], "behavior"),
        (["met", "res"], "meters"),
        (["cance", "lled"], "canceled"),
        (["normali", "se"], "normalize"),
        (["vectori", "se"], "vectorize"),
        (["initiali", "se"], "initialize"),
        (["optimi", "se"], "optimize"),
        (["recogni", "se"], "recognize"),
        (["labe", "lled"], "labeled"),
        (["mode", "lled"], "modeled"),
        (["hon", "our"], "honor"),
        (["arte", "fact"], "artifact"),
    ]
    .map(|(parts, american)| (parts.concat(), american))
    .to_vec()
}

/// Names of other programs' interfaces, which are spelled as they are.
fn foreign() -> [String; 2] {
    [["get_beam_cent", "re"].concat(), ["incident_polari", "sation_stokes"].concat()]
}

/// Lines of `text` with a British word, each with what to write.
pub fn problems(text: &str) -> Vec<(usize, String)> {
    let (words, foreign) = (words(), foreign());
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = foreign.iter().fold(line.to_lowercase(), |line, name| line.replace(name, ""));
        for (british, american) in &words {
            if line.contains(british.as_str()) {
                found.push((number, format!("{british}: write {american}")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::problems;

    #[test]
    fn british_words_are_found_wherever_they_stand() {
        let text = ["a\nbeam_cent", "re Col", "our"].concat();
        let found = problems(&text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 2]);
    }

    #[test]
    fn american_words_and_foreign_names_pass() {
        assert!(problems(&["center color, get_beam_cent", "re_px"].concat()).is_empty());
    }
}
