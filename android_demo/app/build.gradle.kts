plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
}

android {
    namespace = "io.github.alberttf.demo"
    compileSdk = 35

    defaultConfig {
        applicationId = "io.github.alberttf.demo"
        minSdk = 24
        targetSdk = 35
        versionCode = 1
        versionName = "1.0"
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }

    kotlinOptions {
        jvmTarget = "1.8"
        allWarningsAsErrors = true
    }

    // Model files are memory-mapped from the APK, which needs them as they are.
    androidResources {
        noCompress += "tflite"
    }

    // Native libraries stay uncompressed and are aligned to 16 KB in the APK.
    packaging {
        jniLibs {
            useLegacyPackaging = false
        }
    }
}

dependencies {
    implementation(project(":core"))
    implementation(libs.litert)
    testImplementation(libs.junit)
    // On the JVM, Android's own class is a stub.
    testImplementation(libs.json)
}
