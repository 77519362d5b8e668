//! Serves the hello-world at `LEPTOS_SITE_ADDR`.

#[cfg(feature = "ssr")]
#[tokio::main]
async fn main() {
    use axum::Router;
    use hello_world::app::{App, shell};
    use leptos::prelude::{LeptosOptions, get_configuration};
    use leptos_axum::{LeptosRoutes, file_and_error_handler, generate_route_list};

    let options = get_configuration(None).expect("the variables that cargo-leptos sets").leptos_options;
    let listener = tokio::net::TcpListener::bind(options.site_addr).await.expect("a free address");
    let router = Router::new()
        .leptos_routes(&options, generate_route_list(App), {
            let options = options.clone();
            move || shell(options.clone())
        })
        .fallback(file_and_error_handler::<LeptosOptions, _>(shell))
        .with_state(options);
    axum::serve(listener, router).await.expect("a server that does not end");
}

/// The browser uses the library.
#[cfg(not(feature = "ssr"))]
fn main() {}
